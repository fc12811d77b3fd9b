package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.wideevents.delivery.RejectedEvent;
import io.wideevents.delivery.RejectedEventPort;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.TestEvents;
import io.wideevents.gateway.access.AccessControl;
import io.wideevents.gateway.access.ApiKeys;
import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.RateLimits;
import io.wideevents.gateway.access.Scope;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rejected events of posts to a gateway that sends them to the dead-letter topic. */
class RejectedEventsTest {
  private static final String INVALID = "{\"requestId\":\"req-2\"}";

  private final String valid = TestEvents.minimal("req-1", Instant.now());
  private final FakeTopic topic = new FakeTopic();
  private final TestServer server = TestServer.withDeadLetters(AccessControl.open(), topic);

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void rejectedEvents_areDeadLettersWithTheirTextAndReason() {
    // Given good, poison of four kinds, good
    String old = TestEvents.minimal("req-3", Instant.parse("2001-01-01T00:00:00Z"));
    String body = String.join("\n", valid, INVALID, "{\"torn", old, "7", valid) + "\n";

    // When
    HttpResponse<String> response = post(body);

    // Then
    assertThat(response.statusCode()).isEqualTo(207);
    assertThat(ReplyJson.parse(response.body()))
        .containsEntry("accepted", 2)
        .containsEntry("rejected", 4)
        .containsEntry("deadLettered", 4);
    assertThat(topic.letters)
        .extracting(letter -> new String(letter.text(), UTF_8))
        .containsExactly(INVALID, "{\"torn", old, "7");
    assertThat(topic.letters)
        .extracting(RejectedEvent::reason)
        .containsExactly(
            DeadLetterReason.INVALID,
            DeadLetterReason.MALFORMED,
            DeadLetterReason.EXPIRED,
            DeadLetterReason.INVALID);
    assertThat(topic.letters.getFirst().error()).contains("missing_field service");
    assertThat(server.metrics.deadLettered()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[7,%s]", "[%s , %s]", "%s"})
  void itemsOfAnArray_areDeadLettersWithTheirOwnText(String form) {
    String body = form.replace("%s", INVALID);

    HttpResponse<String> response = server.post(body);

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(topic.letters.getLast().text()).asString(UTF_8).isEqualTo(INVALID);
  }

  @Test
  void secrets_areRedactedInDeadLetters() {
    String event = INVALID.replace("}", ",\"user\":{\"password\":\"s3cret\"},\"eventId\":null}");

    server.post(event);

    assertThat(topic.letters)
        .singleElement()
        .satisfies(
            letter ->
                assertThat(letter.text())
                    .asString(UTF_8)
                    .isEqualTo(event.replace("s3cret", "[REDACTED]")));
  }

  @Test
  void anEventThatIsTooLarge_isCutAndKeepsItsSecrets() {
    // Given an event with a secret before and after the limit
    String secret = ",\"password\":\"s3cret\"";
    String event =
        INVALID.replace("}", secret + ",\"pad\":\"" + "x".repeat(300_000) + "\"" + secret + "}");

    // When
    HttpResponse<String> response = server.post("[" + event + "," + valid + "]");

    // Then
    assertThat(response.statusCode()).isEqualTo(207);
    RejectedEvent letter = topic.letters.getFirst();
    assertThat(letter.reason()).isEqualTo(DeadLetterReason.TOO_LARGE);
    assertThat(letter.bytes()).isEqualTo(event.length());
    assertThat(letter.text()).hasSizeLessThan(70_000).asString(UTF_8).doesNotContain("s3cret");
  }

  @Test
  void anEventWithAnOverwrittenPart_isADeadLetterWithoutText() {
    String name = "n".repeat(100_000);

    server.post("[" + valid.replace("{", "{\"" + name + "\":1,") + "]");

    assertThat(topic.letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.text()).isEmpty();
              assertThat(letter.bytes()).isEqualTo(valid.length() + name.length() + 5);
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "handling=lenient", "handling=lenient, return=minimal"})
  void aLetterThatIsNotAcknowledged_makesTheReply503(String prefer) {
    // Given
    topic.isDown = true;

    // When
    HttpResponse<String> response = post("[" + valid + "," + INVALID + "]", prefer);

    // Then
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    Document problem = ReplyJson.parse(response.body());
    assertThat(problem.getString("code")).isEqualTo("dead_letters_not_confirmed");
    assertThat(problem).containsEntry("accepted", 1).containsEntry("rejected", 1);
    assertThat(server.metrics.deadLettered()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {INVALID, "[" + INVALID + "," + INVALID + "]"})
  void lenientHandling_answers202WhenAllEventsAreDeadLetters(String body) {
    HttpResponse<String> response = post(body, "handling=lenient");

    assertThat(response.statusCode()).isEqualTo(202);
    Document reply = ReplyJson.parse(response.body());
    assertThat(reply).containsEntry("accepted", 0).doesNotContainKey("tier");
    assertThat(reply.getInteger("deadLettered")).isEqualTo(reply.getInteger("rejected"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[VALID,INVALID]", "[INVALID]", "INVALID"})
  void strictHandling_writesNoDeadLetters(String form) {
    String body = form.replace("INVALID", INVALID).replace("VALID", valid);

    HttpResponse<String> response = post(body, "handling=strict");

    assertThat(response.statusCode()).isEqualTo(422);
    assertThat(topic.letters).isEmpty();
  }

  @Test
  void unconfirmedEvents_leaveTheDeadLettersToTheNextAttempt() {
    server.logger.leaveUnconfirmed(event -> true);

    HttpResponse<String> response = server.post("[" + valid + "," + INVALID + "]");

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(topic.letters).isEmpty();
  }

  @Test
  void anEventThatTheDatabaseRejects_isADeadLetterWithItsIngest() {
    server.logger.refuse(event -> true);

    HttpResponse<String> response = post(valid, "handling=lenient");

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(topic.letters)
        .singleElement()
        .satisfies(
            letter -> {
              assertThat(letter.reason()).isEqualTo(DeadLetterReason.REFUSED_BY_DATABASE);
              assertThat(letter.text()).asString(UTF_8).contains("\"_ingest\":{");
            });
  }

  @Test
  void aReadableBodyWithoutRejectedEvents_writesNone() {
    assertThat(server.post(valid).statusCode()).isEqualTo(202);
    assertThat(server.post("{\"a\":").statusCode()).isEqualTo(400);

    assertThat(topic.letters).isEmpty();
  }

  @Test
  void theMemoryOfDeadLetters_isReleased() {
    // Given bodies that together exceed the memory for requests
    String body =
        String.join("\n", Collections.nCopies(4, "{\"pad\":\"" + "x".repeat(120_000) + "\"}"));

    // When
    List<Integer> statuses =
        Collections.nCopies(8, body).stream().map(each -> post(each).statusCode()).toList();

    // Then
    assertThat(statuses).containsOnly(422);
    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void theMemoryOfADatabasesDeadLetters_isReserved() {
    // Given
    server.logger.refuse(event -> true);
    topic.memory = server::inFlightBytes;
    String large = valid.replace("{", "{\"pad\":\"" + "x".repeat(200_000) + "\",");

    // When
    post(large);

    // Then the body and its dead letter
    assertThat(topic.memoryInUse).isGreaterThan(2L * large.length());
    assertThat(server.inFlightBytes()).isZero();
  }

  @Test
  void rejectedSpans_areDeadLetters() throws IOException {
    // Given good, a span without a start, a span without an id, good
    Span timeless = OtlpBodies.span(2, "req-2").clearStartTimeUnixNano().build();
    Span nameless = OtlpBodies.span(3, "req-3").clearSpanId().build();
    byte[] body =
        OtlpBodies.traces(
            OtlpBodies.span(1, "req-1").build(),
            timeless,
            nameless,
            OtlpBodies.span(4, "req-4").build());

    // When
    int status = export(body).statusCode();

    // Then
    assertThat(status).isEqualTo(200);
    assertThat(topic.letters).hasSize(2);
    RejectedEvent event = topic.letters.get(0);
    assertThat(event.text()).asString(UTF_8).contains("\"requestId\":\"req-2\"");
    assertThat(event.error()).contains("missing_field timestamp");
    RejectedEvent stub = topic.letters.get(1);
    assertThat(stub.text()).isEmpty();
    assertThat(stub.bytes()).isEqualTo(nameless.getSerializedSize());
    assertThat(stub.error()).contains("missing_field spanId");
    assertThat(server.metrics.deadLettered()).isEqualTo(2);
  }

  @Test
  void rejectedSpans_areSentAgainWhenTheirDeadLettersAreNotAcknowledged() throws IOException {
    Span timeless = OtlpBodies.span(2, "req-2").clearStartTimeUnixNano().build();
    topic.isDown = true;

    HttpResponse<byte[]> response =
        export(OtlpBodies.traces(OtlpBodies.span(1, "req-1").build(), timeless));

    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.headers().firstValue("Retry-After")).isPresent();
    assertThat(new String(response.body(), UTF_8)).contains("dead_letters_not_confirmed");
  }

  private HttpResponse<byte[]> export(byte[] body) throws IOException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(server.uri("/v1/traces"))
              .header("Content-Type", "application/x-protobuf")
              .POST(HttpRequest.BodyPublishers.ofByteArray(body))
              .build(),
          HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Test
  void aDeadLetter_namesTheKeyOfItsClient(@TempDir Path directory) throws IOException {
    NewKey key = NewKey.make("shipper-1", EnumSet.of(Scope.INGEST));
    Path file = Files.writeString(directory.resolve("keys"), key.line() + "\n");
    AccessControl access = new AccessControl(Optional.of(ApiKeys.open(file)), RateLimits.none());
    try (TestServer guarded = TestServer.withDeadLetters(access, topic)) {
      guarded.post(
          INVALID.getBytes(UTF_8), "application/json", "Authorization", "Bearer " + key.text());
    }

    assertThat(topic.letters).extracting(RejectedEvent::client).containsExactly("shipper-1");
  }

  private HttpResponse<String> post(String body) {
    return post(body, "");
  }

  private HttpResponse<String> post(String body, String prefer) {
    String type = body.startsWith("[") ? "application/json" : "application/x-ndjson";
    byte[] bytes = body.getBytes(UTF_8);
    return prefer.isEmpty() ? server.post(bytes, type) : server.post(bytes, type, "Prefer", prefer);
  }

  private static final class FakeTopic implements RejectedEventPort {
    private final List<RejectedEvent> letters = new CopyOnWriteArrayList<>();
    private volatile boolean isDown;
    private volatile LongSupplier memory = () -> 0;
    private volatile long memoryInUse;

    @Override
    public int deadLetter(List<RejectedEvent> events, Instant receivedAt, Deadline deadline) {
      if (isDown) {
        return events.size();
      }
      memoryInUse = memory.getAsLong();
      letters.addAll(events);
      return 0;
    }
  }
}
