package io.wideevents.toolbox.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LoadClientTest {
  private static final RequestBody THREE =
      RequestBody.plain(3, RequestBody.NDJSON, "{}\n{}\n{}\n".getBytes(UTF_8));

  private final ScriptedGateway gateway = new ScriptedGateway();
  private final Tally tally = new Tally();
  private final List<Duration> waits = new ArrayList<>();

  @AfterEach
  void stop() {
    gateway.close();
  }

  @Test
  void post_countsAcceptedEventsByTheirTier() throws Exception {
    // Given
    gateway.answer(
        202,
        "",
        """
        {"accepted":3,"tier":"mongodb","events":[
          {"index":0,"eventId":"a","tier":"kafka"},
          {"index":1,"eventId":"b","tier":"mongodb"},
          {"index":2,"eventId":"c","tier":"kafka"}]}
        """);

    // When
    post(THREE);

    // Then
    assertThat(tally.accepted()).isEqualTo(3);
    assertThat(tally.summary()).contains("kafka 2", "mongodb 1");
    assertThat(gateway.requests().get(0).path()).isEqualTo("/v1/events");
    assertThat(gateway.requests().get(0).body()).isEqualTo(THREE.bytes());
  }

  @Test
  void post_countsRefusedEventsByTheirCodeAndDoesNotSendThemAgain() throws Exception {
    // Given
    gateway.answer(
        207,
        "",
        """
        {"accepted":1,"rejected":2,"tier":"kafka","events":[
          {"index":0,"errors":[{"code":"missing_field","field":"service"}]},
          {"index":1,"eventId":"b","tier":"kafka"},
          {"index":2,"code":"too_deep"}]}
        """);

    // When
    post(THREE);

    // Then
    assertThat(tally.accepted()).isEqualTo(1);
    assertThat(tally.refused()).isEqualTo(2);
    assertThat(tally.summary()).contains("missing_field 1", "too_deep 1");
    assertThat(gateway.requests()).hasSize(1);
  }

  @Test
  void post_countsAWholeBatchAsRefusedWithTheCodeOfTheProblem() throws Exception {
    // Given
    gateway.answer(413, "", "{\"status\":413,\"code\":\"body_too_large\"}");

    // When
    post(THREE);

    // Then
    assertThat(tally.refused()).isEqualTo(3);
    assertThat(tally.summary()).contains("body_too_large 3");
  }

  @Test
  void post_sendsTheSameBytesAgainAfterTheRetryAfterOfTheAnswer() throws Exception {
    // Given
    gateway.answer(503, "7", "{}");
    gateway.answer(429, "2", "{}");

    // When
    post(THREE);

    // Then
    assertThat(waits).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(2));
    assertThat(gateway.requests())
        .extracting(ScriptedGateway.Request::body)
        .containsExactly(THREE.bytes(), THREE.bytes(), THREE.bytes());
    assertThat(tally.accepted()).isEqualTo(3);
    assertThat(tally.unconfirmed()).isZero();
  }

  @Test
  void post_givesUpAfterItsRetriesAndCallsTheEventsUnconfirmed() throws Exception {
    // Given
    for (int i = 0; i < 10; i++) {
      gateway.answer(503, "1", "");
    }

    // When
    post(THREE);

    // Then
    assertThat(gateway.requests()).hasSize(4);
    assertThat(tally.unconfirmed()).isEqualTo(3);
    assertThat(tally.accepted()).isZero();
  }

  @Test
  void post_sendsAgainWithoutAnAnswer() throws Exception {
    // Given
    URI closed = gateway.url();
    gateway.close();

    // When
    post(closed, THREE);

    // Then
    assertThat(waits).hasSize(3);
    assertThat(tally.unconfirmed()).isEqualTo(3);
  }

  @Test
  void post_sendsACompressedBodyWithItsEncoding() throws Exception {
    // Given
    gateway.answer(202, "", ScriptedGateway.accepted(3));

    // When
    post(THREE.gzip());

    // Then
    ScriptedGateway.Request request = gateway.requests().get(0);
    assertThat(request.encoding()).isEqualTo("gzip");
    assertThat(new GZIPInputStream(new ByteArrayInputStream(request.body())).readAllBytes())
        .isEqualTo(THREE.bytes());
  }

  private void post(RequestBody body) throws InterruptedException {
    post(gateway.url(), body);
  }

  private void post(URI url, RequestBody body) throws InterruptedException {
    try (LoadClient client = new LoadClient(url, LoadClient.Timing.DEFAULT, tally, waits::add)) {
      var unused = client.post(body, failures -> failures <= 3);
    }
  }
}
