package io.wideevents.delivery.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.RejectedEvent;
import io.wideevents.delivery.spool.SpooledEvent;
import io.wideevents.delivery.spool.TestSpools;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaDeadLettersTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  private final MockProducer<byte[], byte[]> producer =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final KafkaDeadLetters deadLetters =
      new KafkaDeadLetters(
          KafkaClientTest.SETTINGS, () -> producer, new ClosingTime(AMPLE), Timing.system());

  @AfterEach
  void close() {
    deadLetters.close();
  }

  @Test
  void letter_isTheRecordOfTheEventWithTheReasonInHeaders() {
    SpooledEvent refused = refused("refused_by_database", "error 121: failed validation");

    CompletableFuture<List<DeliveryOutcome>> outcomes = send(refused);
    producer.completeNext();

    assertThat(outcomes).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
    ProducerRecord<byte[], byte[]> letter = producer.history().getFirst();
    assertThat(letter.topic()).isEqualTo("log-events.dlq");
    assertThat(new String(letter.key(), UTF_8)).isEqualTo(refused.requestId());
    assertThat(letter.value()).isEqualTo(refused.json(Tier.KAFKA));
    assertThat(headers(letter))
        .containsEntry("content-type", "application/json")
        .containsEntry("event-id", refused.id().toString())
        .containsEntry("schema", "1")
        .containsEntry("dlq-reason", "refused_by_database")
        .containsEntry("dlq-error", "error 121: failed validation")
        .containsEntry("dlq-origin", "spool")
        .containsEntry("dlq-source-timestamp", Long.toString(refused.spooledAt().toEpochMilli()))
        .containsEntry("dlq-attempts", "1")
        .doesNotContainKey("dlq-stub");
  }

  @Test
  void letter_hasAReasonFromTheClosedListAndAnErrorOfBoundedLength() {
    SpooledEvent refused = refused("undecodable", "x".repeat(2_000));

    send(refused);

    assertThat(headers(producer.history().getFirst()))
        .containsEntry("dlq-reason", "invalid")
        .containsEntry("dlq-attempts", "0")
        .containsEntry("dlq-error", "x".repeat(1_000))
        .containsEntry("dlq-cut", "error");
  }

  @Test
  void letter_thatIsTooLargeGoesAsAStubWithTheNextAttempt() {
    // Given
    SpooledEvent refused = refused("refused_by_database", "too wide");
    CompletableFuture<List<DeliveryOutcome>> whole = send(refused);
    producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
    assertThat(whole.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);

    // When
    CompletableFuture<List<DeliveryOutcome>> stub = send(refused);
    producer.completeNext();

    // Then
    assertThat(stub).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
    ProducerRecord<byte[], byte[]> letter = producer.history().getLast();
    assertThat(headers(letter))
        .containsEntry("dlq-stub", "true")
        .containsEntry("dlq-reason", "refused_by_database");
    assertThat(deadLetters.lacking(DeadLetterPart.VALUE)).isEqualTo(1);
    Document value = Document.parse(new String(letter.value(), UTF_8));
    assertThat(value)
        .containsEntry("origin", "spool")
        .containsEntry("eventId", refused.id().toString())
        .containsEntry("valueBytes", refused.json(Tier.KAFKA).length)
        .containsKeys("sha256", "head", "keyBytes");
  }

  @Test
  void letter_goesAsAnOrdinaryStubAfterTwoCopiesOfItWereTooLarge() {
    // Given an event that a client posted twice
    SpooledEvent refused = refused("refused_by_database", "too wide");
    CompletableFuture<List<DeliveryOutcome>> whole = send(List.of(refused, refused));
    producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
    producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
    assertThat(whole.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);

    // When
    send(refused);

    // Then
    ProducerRecord<byte[], byte[]> letter = producer.history().getLast();
    assertThat(headers(letter)).containsEntry("dlq-stub", "true").containsEntry("dlq-cut", "value");
    assertThat(new String(letter.key(), UTF_8)).isEqualTo(refused.requestId());
    assertThat(new String(letter.value(), UTF_8)).doesNotContain("\"head\":\"\"");
  }

  @Test
  void letter_goesAsTheSmallestStubWhenEvenAStubIsTooLarge() {
    SpooledEvent refused = refused("refused_by_database", "too wide");
    for (int i = 0; i < 2; i++) {
      CompletableFuture<List<DeliveryOutcome>> larger = send(refused);
      producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
      assertThat(larger.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    }
    try (LogCapture lines = new LogCapture(KafkaDeadLetters.class)) {
      CompletableFuture<List<DeliveryOutcome>> smallest = send(refused);
      producer.completeNext();

      assertThat(smallest).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
      ProducerRecord<byte[], byte[]> letter = producer.history().getLast();
      assertThat(new String(letter.value(), UTF_8)).contains("\"head\":\"\"");
      assertThat(headers(letter)).containsEntry("dlq-cut", "value,key");
      assertThat(deadLetters.lacking(DeadLetterPart.VALUE)).isEqualTo(1);
      assertThat(lines.events(Level.WARN))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line.getKeyValuePairs().toString())
                      .contains(
                          "eventId=\"" + refused.id(),
                          "recordBytes=",
                          "keptBytes=",
                          "raise max.message.bytes of log-events.dlq above"));
    }
  }

  @Test
  void letter_thatKafkaDoesNotConfirmStaysInTheSpool() {
    SpooledEvent refused = refused("id_conflict", "taken");

    CompletableFuture<List<DeliveryOutcome>> outcomes = send(refused);
    producer.errorNext(new TimeoutException("no ack"));

    assertThat(outcomes.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(headers(producer.history().getFirst())).containsEntry("dlq-reason", "id_conflict");
  }

  @Test
  void rejectedEvent_isALetterWithoutKeyThatNamesItsClient() {
    CompletableFuture<Integer> notConfirmed = reject("{\"a\":", 5);
    producer.completeNext();

    assertThat(notConfirmed.join()).isZero();
    ProducerRecord<byte[], byte[]> letter = producer.history().getFirst();
    assertThat(letter.topic()).isEqualTo("log-events.dlq");
    assertThat(letter.key()).isNull();
    assertThat(letter.value()).asString(UTF_8).isEqualTo("{\"a\":");
    assertThat(headers(letter))
        .containsEntry("dlq-reason", "malformed")
        .containsEntry("dlq-error", "torn")
        .containsEntry("dlq-origin", "gateway")
        .containsEntry("dlq-client", "shipper-1")
        .containsEntry("dlq-attempts", "0")
        .doesNotContainKeys("dlq-stub", "event-id", "schema");
  }

  @Test
  void rejectedEvent_thatIsTooLargeGoesAsEverSmallerStubsAtOnce() {
    CompletableFuture<Integer> notConfirmed = reject("{\"a\":", 5);
    producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
    await().until(() -> producer.history().size() == 2);
    producer.errorNext(new RecordTooLargeException("over max.message.bytes"));
    await().until(() -> producer.history().size() == 3);
    producer.completeNext();

    assertThat(notConfirmed.join()).isZero();
    assertThat(producer.history().get(1).value())
        .asString(UTF_8)
        .contains("\"origin\":\"gateway\"");
    assertThat(producer.history().get(2).value()).asString(UTF_8).contains("\"head\":\"\"");
    assertThat(deadLetters.lacking(DeadLetterPart.VALUE)).isEqualTo(1);
  }

  @Test
  void rejectedEvent_ofWhichOnlyTheBeginningIsKnownIsAStubFromTheStart() {
    CompletableFuture<Integer> notConfirmed = reject("{\"a\":", 300_000);
    producer.completeNext();

    assertThat(notConfirmed.join()).isZero();
    assertThat(headers(producer.history().getFirst())).containsEntry("dlq-stub", "true");
    assertThat(producer.history().getFirst().value())
        .asString(UTF_8)
        .contains("\"valueBytes\":300000");
  }

  @Test
  void rejectedEvent_thatKafkaDoesNotAcknowledgeIsNotConfirmed() {
    CompletableFuture<Integer> notConfirmed = reject("{\"a\":", 5);
    producer.errorNext(new TimeoutException("no ack"));

    assertThat(notConfirmed.join()).isEqualTo(1);
  }

  @Test
  void rejectedEvent_isNotConfirmedAtTheDeadlineWhenKafkaIsSilent() {
    connect();

    int notConfirmed =
        deadLetters.deadLetter(
            List.of(rejected("{", 1)), Instant.now(), Deadline.after(Duration.ofMillis(50)));

    assertThat(notConfirmed).isEqualTo(1);
  }

  private CompletableFuture<Integer> reject(String text, int bytes) {
    connect();
    CompletableFuture<Integer> notConfirmed =
        CompletableFuture.supplyAsync(
            () ->
                deadLetters.deadLetter(
                    List.of(rejected(text, bytes)), Instant.now(), Deadline.after(AMPLE)),
            task -> Thread.ofPlatform().daemon().start(task));
    await().until(() -> producer.history().size() == 1);
    return notConfirmed;
  }

  /** Waits for the connection, and forgets the letter that showed it. */
  private void connect() {
    deadLetters.start();
    var unused = send(refused("id_conflict", "taken"));
    producer.completeNext();
    producer.clear();
  }

  private static RejectedEvent rejected(String text, int bytes) {
    return new RejectedEvent(
        text.getBytes(UTF_8), bytes, DeadLetterReason.MALFORMED, "torn", "shipper-1");
  }

  private CompletableFuture<List<DeliveryOutcome>> send(SpooledEvent event) {
    return send(List.of(event));
  }

  /**
   * Sends dead letters as soon as there is a connection. The first dead letter starts the
   * connection.
   */
  private CompletableFuture<List<DeliveryOutcome>> send(List<SpooledEvent> events) {
    int before = producer.history().size();
    List<CompletableFuture<List<DeliveryOutcome>>> tries = new ArrayList<>();
    await()
        .until(
            () -> {
              tries.add(deadLetters.deadLetter(events, Deadline.after(AMPLE)));
              return producer.history().size() > before;
            });
    return tries.getLast();
  }

  private SpooledEvent refused(String code, String message) {
    return TestSpools.rejected(StubEvent.numbered(1), Instant.now(), code, message);
  }

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new TreeMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    return headers;
  }
}
