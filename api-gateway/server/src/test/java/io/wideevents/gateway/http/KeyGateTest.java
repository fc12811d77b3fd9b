package io.wideevents.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.TestEvents;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.RateLimit;
import io.wideevents.gateway.access.RateLimits;
import io.wideevents.gateway.access.Scope;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyGateTest {
  private static final int BURST = 10;

  private final NewKey ingest = NewKey.make("shop", EnumSet.of(Scope.INGEST));
  private final NewKey admin = NewKey.make("operator", EnumSet.of(Scope.ADMIN));
  private final NewKey bulk = NewKey.make("bulk", EnumSet.of(Scope.INGEST));
  private final Instant now = Instant.now();
  private Optional<TestServer> started = Optional.empty();

  @BeforeEach
  void start(@TempDir Path directory) throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("keys"),
            ingest.line() + "\n" + admin.line() + "\n" + bulk.line() + "\n");
    RateLimits limits = new RateLimits(Optional.of(new RateLimit(1, BURST)));
    started =
        Optional.of(
            new TestServer(
                Optional.empty(), new AccessControl(Optional.of(ApiKeys.open(file)), limits)));
  }

  @AfterEach
  void close() {
    server().close();
  }

  @Test
  void stalledBodies_takeTheShareOfTheirKeyOnly() throws IOException {
    // Given bodies of one key that fill its share, from one address with all others
    String beginning = "[" + " ".repeat(200 * 1024);
    try (RawConnection first = new RawConnection(server().port());
        RawConnection second = new RawConnection(server().port());
        RawConnection third = new RawConnection(server().port());
        RawConnection fourth = new RawConnection(server().port());
        RawConnection fifth = new RawConnection(server().port());
        RawConnection other = new RawConnection(server().port())) {
      for (RawConnection stalled : List.of(first, second, third, fourth, fifth)) {
        stalled.send(head(ingest, TestServer.MAX_BODY) + beginning);
      }
      await().until(() -> server().metrics.requestsRefused().containsKey("client_share_taken"));

      // When
      String body = " ".repeat(200 * 1024) + TestEvents.minimal("req-1", now);
      other.send(head(bulk, body.length()) + body);

      // Then
      assertThat(other.readUntil("}")).startsWith("HTTP/1.1 202");
    }
  }

  private static String head(NewKey key, int length) {
    return "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
        + key.text()
        + "\r\nContent-Type: application/json\r\nContent-Length: "
        + length
        + "\r\n\r\n";
  }

  @Test
  void events_areTakenWithAKeyUnderAnyHost() throws IOException {
    try (RawConnection connection = new RawConnection(server().port())) {
      String body = TestEvents.minimal("req-1", now);
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer "
              + ingest.text()
              + "\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
              + body.length()
              + "\r\n\r\n"
              + body);

      assertThat(connection.readAll()).startsWith("HTTP/1.1 202");
    }
  }

  @Test
  void events_areRefusedWithoutAKey() {
    HttpResponse<String> response = server().post(TestEvents.minimal("req-1", now));

    assertProblem(response, 401, "key_missing");
    assertThat(response.headers().firstValue("WWW-Authenticate")).contains("Bearer");
  }

  @Test
  void events_areRefusedWithAnUnknownKeyThatIsNotRepeated() {
    HttpResponse<String> response = post("Bearer wide_unknown", 1);

    assertProblem(response, 401, "key_unknown");
    assertThat(response.headers().firstValue("WWW-Authenticate").orElse("")).startsWith("Bearer ");
    assertThat(response.body()).doesNotContain("wide_unknown");
  }

  @Test
  void events_areRefusedWithAKeyForSomethingElse() {
    HttpResponse<String> response = post("Bearer " + admin.text(), 1);

    assertProblem(response, 403, "scope_missing");
    assertThat(response.body()).contains("ingest");
  }

  @Test
  void refusals_comeBeforeTheBodyIsAskedFor() throws IOException {
    try (RawConnection connection = new RawConnection(server().port())) {
      connection.send(
          "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Expect: 100-continue\r\nContent-Length: 100\r\n\r\n");

      assertThat(connection.readAll()).startsWith("HTTP/1.1 401");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready"})
  void health_needsNoKey(String path) {
    assertThat(server().get(path).statusCode()).isEqualTo(200);
  }

  @Test
  void rateLimit_refusesTheWholeRequestAndSaysWhenToComeBack() {
    post("Bearer " + ingest.text(), BURST);

    HttpResponse<String> response = post("Bearer " + ingest.text(), BURST);

    assertProblem(response, 429, "rate_limited");
    assertThat(Long.parseLong(response.headers().firstValue("Retry-After").orElseThrow()))
        .isBetween(1L, (long) BURST);
    assertThat(server().logger.calls()).as("nothing of it was published").hasSize(1);
  }

  @Test
  void rateLimit_takesARequestLargerThanTheBurst() {
    assertThat(post("Bearer " + ingest.text(), 5 * BURST).statusCode()).isEqualTo(202);
  }

  private HttpResponse<String> post(String authorization, int events) {
    byte[] body =
        TestEvents.array(TestEvents.checkouts(events, now))
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    return server().post(body, "application/json", "Authorization", authorization);
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(ReplyJson.parse(response.body()))
        .containsEntry("code", code)
        .containsEntry("status", status)
        .containsKeys("detail", "fix");
  }

  private TestServer server() {
    return started.orElseThrow();
  }
}
