package io.wideevents.delivery.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.StubEvent;
import io.wideevents.event.Tier;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.testing.ThrowingLog;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@SuppressWarnings("try") // A resource is held by being open.
class KafkaClientTest {
  private static final Duration AMPLE = Duration.ofSeconds(30);

  static final KafkaSettings SETTINGS =
      new KafkaSettings(
          "localhost:9092",
          TestTopics.layout("log-events"),
          TestTopics.layout("log-events.dlq"),
          KafkaSettings.DEFAULT_RETRIES,
          KafkaSettings.DEFAULT_LINGER,
          KafkaSettings.Compression.NONE,
          KafkaSettings.DEFAULT_BUFFER_BYTES,
          Map.of());

  private final Queue<MockProducer<byte[], byte[]>> producers = new ArrayDeque<>();
  private final AtomicInteger attempts = new AtomicInteger();
  private final Semaphore reachable = new Semaphore(0);
  private final KafkaClient client =
      new KafkaClient(
          SETTINGS, this::connect, new ClosingTime(Duration.ofSeconds(30)), Timing.system());

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void log_sendsTheEventWithItsKeyAndHeaders() {
    // Given
    MockProducer<byte[], byte[]> producer = connected();
    StubEvent event = StubEvent.numbered(1);

    // When
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.of(event));
    producer.completeNext();

    // Then
    assertThat(outcomes).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
    ProducerRecord<byte[], byte[]> record = producer.history().getFirst();
    assertThat(record.topic()).isEqualTo("log-events");
    assertThat(text(record.key())).isEqualTo(event.requestId());
    assertThat(record.value()).isEqualTo(event.json(Tier.KAFKA));
    assertThat(header(record, "content-type")).isEqualTo("application/json");
    assertThat(header(record, "event-id")).isEqualTo(event.id().toString());
    assertThat(header(record, "schema")).isEqualTo("1");
  }

  @Test
  void log_confirmsNothingBeforeTheBroker() {
    connected();

    assertThat(log(List.of(StubEvent.numbered(1)))).isNotDone();
  }

  @Test
  void log_doesNotWaitForAConnection() {
    client.start();

    assertThat(log(List.of(StubEvent.numbered(1))))
        .isCompletedWithValueMatching(
            outcomes -> outcomes.getFirst() instanceof DeliveryOutcome.NotConfirmed);
    assertThat(client.unavailability()).isPresent();
  }

  @Test
  void log_worksOnceTheBrokerIsThere() {
    // Given a broker that is away for the first attempts
    client.start();
    await().untilAsserted(() -> assertThat(attempts).hasPositiveValue());
    MockProducer<byte[], byte[]> producer = newProducer();

    // When
    reachable.release();

    // Then
    await().untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
    assertThat(log(List.of(StubEvent.numbered(1)))).isNotDone();
    assertThat(producer.history()).hasSize(1);
  }

  @Test
  void log_skipsTheRestOnceOneEventFailed() {
    // Given a producer that fails in send itself, as it does when metadata is missing
    MockProducer<byte[], byte[]> producer = connected();
    producer.sendException = new KafkaException(new TimeoutException("no metadata"));

    // When
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.copyOf(StubEvent.many(100)));

    // Then
    assertThat(outcomes).isDone();
    assertThat(outcomes.join())
        .hasSize(100)
        .hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(producer.history()).isEmpty();
  }

  @Test
  void log_countsOneAnswerForAnEventThatTheProducerAnswersTwice() {
    // Given a producer with a fatal error, which takes a record, throws, and then fails the record
    KafkaException fatal = new KafkaException("in an error state");
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public Future<RecordMetadata> send(
              ProducerRecord<byte[], byte[]> record, Callback callback) {
            if (history().size() == 2) {
              callback.onCompletion(null, fatal);
              throw fatal;
            }
            return super.send(record, callback);
          }
        };
    use(producer);

    // When the event before is acknowledged, and the second event is not
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.copyOf(StubEvent.many(3)));
    producer.completeNext();

    // Then
    assertThat(outcomes).isNotDone();
    producer.errorNext(fatal);
    assertThat(outcomes.join())
        .satisfiesExactly(
            first -> assertThat(first).isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA)),
            second -> assertThat(second).isInstanceOf(DeliveryOutcome.NotConfirmed.class),
            third -> assertThat(third).isInstanceOf(DeliveryOutcome.NotConfirmed.class));
  }

  @Test
  void log_callsATimeoutNotConfirmedAndKeepsTheProducer() {
    MockProducer<byte[], byte[]> producer = connected();
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.of(StubEvent.numbered(1)));

    producer.errorNext(new TimeoutException("120 ms passed"));

    assertThat(outcomes.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    assertThat(client.unavailability()).isEmpty();
  }

  @Test
  void log_callsATooLargeRecordRefusedAndGoesOn() {
    MockProducer<byte[], byte[]> producer = connected();
    CompletableFuture<List<DeliveryOutcome>> outcomes =
        log(List.of(StubEvent.numbered(1), StubEvent.numbered(2)));

    producer.errorNext(new RecordTooLargeException("2 MiB"));
    producer.completeNext();

    assertThat(outcomes.join())
        .satisfiesExactly(
            first -> assertThat(first).isInstanceOf(DeliveryOutcome.Refused.class),
            second -> assertThat(second).isEqualTo(new DeliveryOutcome.Durable(Tier.KAFKA)));
  }

  @Test
  void log_rebuildsTheProducerAfterAFatalError() {
    // Given
    MockProducer<byte[], byte[]> first = connected();
    MockProducer<byte[], byte[]> second = newProducer();
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.of(StubEvent.numbered(1)));

    // When
    first.errorNext(new ProducerFencedException("fenced"));
    reachable.release();

    // Then
    assertThat(outcomes.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    await().untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
    assertThat(log(List.of(StubEvent.numbered(2)))).isNotDone();
    assertThat(second.history()).hasSize(1);
    await().untilAsserted(() -> assertThat(first.closed()).isTrue());
  }

  @ParameterizedTest
  @MethodSource("closeFailures")
  void log_rebuildsTheProducerEvenIfTheOldOneCannotBeClosed(Throwable failure) {
    // Given a producer that fails as it is closed
    MockProducer<byte[], byte[]> first =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public void close(Duration timeout) {
            throw KafkaClientTest.<RuntimeException>unchecked(failure);
          }
        };
    use(first);
    MockProducer<byte[], byte[]> second = newProducer();
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.of(StubEvent.numbered(1)));

    // When
    first.errorNext(new ProducerFencedException("fenced"));
    reachable.release();

    // Then
    assertThat(outcomes.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    await().untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
    assertThat(log(List.of(StubEvent.numbered(2)))).isNotDone();
    assertThat(second.history()).hasSize(1);
  }

  private static Stream<Throwable> closeFailures() {
    return Stream.of(
        new KafkaException("Failed to close kafka producer"),
        new IllegalStateException("a plug-in is closed already"),
        new NoClassDefFoundError("zstd"));
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> E unchecked(Throwable failure) throws E {
    throw (E) failure;
  }

  @Test
  void log_countsAgainstKafkaOnlyAfterTheFirstAttemptToConnect() {
    // Given a client that has not tried to connect
    assertThat(causeOfFailure()).isInstanceOf(NotSentException.class);

    // When the first attempt fails
    client.start();

    // Then
    await()
        .untilAsserted(
            () -> assertThat(causeOfFailure()).isInstanceOf(KafkaUnavailableException.class));
  }

  private Throwable causeOfFailure() {
    DeliveryOutcome outcome = log(List.of(StubEvent.numbered(1))).join().getFirst();
    return ((DeliveryOutcome.NotConfirmed) outcome).cause();
  }

  @Test
  void log_doesNotBlameKafkaForAFullBuffer() {
    MockProducer<byte[], byte[]> producer = connected();
    CompletableFuture<List<DeliveryOutcome>> outcomes = log(List.of(StubEvent.numbered(1)));

    producer.errorNext(new BufferExhaustedException("no memory within max.block.ms"));

    assertThat(outcomes.join().getFirst())
        .isInstanceOfSatisfying(
            DeliveryOutcome.NotConfirmed.class,
            failed -> assertThat(failed.cause()).isInstanceOf(NotSentException.class));
    assertThat(client.unavailability()).isEmpty();
  }

  @Test
  void start_goesOnConnectingAfterAnError() {
    // Given an installation that lacks a class at first
    AtomicInteger calls = new AtomicInteger();
    MockProducer<byte[], byte[]> producer = newProducer();
    KafkaClient broken =
        new KafkaClient(
            SETTINGS,
            () -> {
              if (calls.getAndIncrement() == 0) {
                throw new NoClassDefFoundError("zstd");
              }
              return producer;
            },
            new ClosingTime(AMPLE),
            Timing.system());

    // When
    broken.start();

    // Then
    await().untilAsserted(() -> assertThat(broken.unavailability()).isEmpty());
    broken.close();
  }

  @Test
  void start_connectsOnceWhateverTheLoggingThrows() {
    // Given a broker that is away for the first attempts
    try (ThrowingLog log = new ThrowingLog()) {
      client.start();
      await().untilAsserted(() -> assertThat(attempts).hasValueGreaterThan(1));
      newProducer();

      // When
      reachable.release();

      // Then
      await().untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
      assertThat(log(List.of(StubEvent.numbered(1)))).isNotDone();
    }
  }

  @Test
  void log_throwsNothingIntoTheProducersThread() {
    // Given a form that fails when it hears of a record
    MockProducer<byte[], byte[]> producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    ProducerConnection connection =
        GatewayProducers.connection(() -> producer, "", Timing.system());
    connection.start();
    await().until(() -> connection.producer().isPresent());
    RecordForm<StubEvent> failing =
        new RecordForm<>() {
          @Override
          public ProducerRecord<byte[], byte[]> record(StubEvent event) {
            return new ProducerRecord<>("log-events", new byte[0]);
          }

          @Override
          public void published(StubEvent event) {
            throw new StackOverflowError();
          }
        };
    var outcomes =
        new RecordPublisher<>(connection, failing, Timing.system())
            .log(List.of(StubEvent.numbered(1)), Deadline.after(AMPLE));

    // When
    producer.completeNext();

    // Then
    assertThat(outcomes).isCompletedWithValue(List.of(new DeliveryOutcome.Durable(Tier.KAFKA)));
    connection.close();
  }

  @Test
  void log_replacesAProducerThatAnswersNothing() {
    // Given a producer whose own thread an Error has ended
    VirtualTime time = new VirtualTime();
    MockProducer<byte[], byte[]> dead = newProducer();
    MockProducer<byte[], byte[]> second = newProducer();
    reachable.release(2);
    ProducerConnection connection = GatewayProducers.connection(this::connect, "", time);
    connection.start();
    time.advance(Duration.ZERO);
    var publisher = new RecordPublisher<>(connection, new EventForm("log-events"), time);

    // When
    var late =
        publisher.log(
            List.of(StubEvent.numbered(1)),
            Deadline.after(Duration.ofSeconds(2), time.nanoClock()));
    time.advance(Duration.ofSeconds(2));
    assertThat(late.join()).hasOnlyElementsOfType(DeliveryOutcome.NotConfirmed.class);
    time.advance(Duration.ofSeconds(31));

    // Then
    assertThat(connection.producer()).containsSame(second);
    assertThat(dead.closed()).isTrue();
    connection.close();
  }

  @Test
  void log_keepsAProducerThatAnswersLate() {
    VirtualTime time = new VirtualTime();
    MockProducer<byte[], byte[]> slow = newProducer();
    reachable.release();
    ProducerConnection connection = GatewayProducers.connection(this::connect, "", time);
    connection.start();
    time.advance(Duration.ZERO);
    var publisher = new RecordPublisher<>(connection, new EventForm("log-events"), time);
    var late =
        publisher.log(
            List.of(StubEvent.numbered(1)),
            Deadline.after(Duration.ofSeconds(2), time.nanoClock()));
    time.advance(Duration.ofSeconds(2));

    slow.errorNext(new TimeoutException("5 s passed"));
    time.advance(Duration.ofSeconds(31));

    assertThat(late).isDone();
    assertThat(connection.producer()).containsSame(slow);
    connection.close();
  }

  @Test
  void close_closesTheProducerInUse() {
    MockProducer<byte[], byte[]> producer = connected();

    client.close();

    assertThat(producer.closed()).isTrue();
    assertThat(client.unavailability()).map(MqClientPort.Unavailability::reason).hasValue("closed");
  }

  @Test
  void close_worksWithoutAStart() {
    client.close();

    assertThat(client.unavailability()).map(MqClientPort.Unavailability::reason).hasValue("closed");
  }

  private MockProducer<byte[], byte[]> connected() {
    MockProducer<byte[], byte[]> producer = newProducer();
    connect(producer);
    return producer;
  }

  private void use(MockProducer<byte[], byte[]> producer) {
    add(producer);
    connect(producer);
  }

  private void connect(MockProducer<byte[], byte[]> next) {
    assertThat(producers).containsExactly(next);
    reachable.release();
    client.start();
    await().untilAsserted(() -> assertThat(client.unavailability()).isEmpty());
  }

  private MockProducer<byte[], byte[]> newProducer() {
    var producer =
        new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
    add(producer);
    return producer;
  }

  private synchronized void add(MockProducer<byte[], byte[]> producer) {
    producers.add(producer);
  }

  private synchronized Producer<byte[], byte[]> connect() {
    attempts.incrementAndGet();
    if (!reachable.tryAcquire()) {
      throw new KafkaException("No resolvable bootstrap urls given");
    }
    return producers.remove();
  }

  private CompletableFuture<List<DeliveryOutcome>> log(List<EncodedEvent> events) {
    return client.log(events, Deadline.after(AMPLE));
  }

  private static String header(ProducerRecord<byte[], byte[]> record, String name) {
    Header header = record.headers().lastHeader(name);
    return text(header.value());
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
