package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.wideevents.event.DeadLetterPart;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.kafka.ProducerConnection;
import io.wideevents.kafka.ProducerSource;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaDeadLetterSinkTest extends DeadLetterSinkContract {
  private static final KafkaDeadLetterSink.Settings SETTINGS =
      new KafkaDeadLetterSink.Settings("localhost:9092", "dlq");

  private final List<TestProducer> producers = new ArrayList<>();
  private volatile @Nullable RuntimeException failure;
  private volatile @Nullable RuntimeException constructorFailure;
  private final ManualClock clock = new ManualClock();
  private volatile @Nullable KafkaException topicFailure;
  private int topicChecks;
  private final List<DeadLetterPart> counted = new CopyOnWriteArrayList<>();
  private final KafkaDeadLetterSink sink = sink(source(this::newProducer, this::ensureTopic));
  private final LogCapture log = new LogCapture(KafkaDeadLetterSink.class);
  private volatile int limit = 500_000;

  @AfterEach
  void close() {
    sink.close();
    log.close();
  }

  @Override
  DeadLetterSink sink() {
    return sink;
  }

  @Override
  List<byte[]> keptValues() {
    return history().stream().map(ProducerRecord::value).toList();
  }

  @Override
  void goDown() {
    failure = new TimeoutException("Expiring 1 record");
  }

  @Override
  void comeBack() {
    failure = null;
  }

  @Test
  void send_keepsKeyAndHeadersAndAddsWhy() throws Exception {
    await(sink.send(letter(42, "{broken")));

    ProducerRecord<byte[], byte[]> kept = history().getFirst();
    assertThat(kept.topic()).isEqualTo("dlq");
    assertThat(kept.key()).isEqualTo("key".getBytes(UTF_8));
    assertThat(headers(kept))
        .containsEntry("trace", "abc")
        .containsEntry("dlq-reason", "malformed")
        .containsEntry("dlq-error", "Not JSON at column 2")
        .containsEntry("dlq-source-topic", "log-events")
        .containsEntry("dlq-source-partition", "3")
        .containsEntry("dlq-source-offset", "42")
        .containsEntry("dlq-source-timestamp", Long.toString(ManualClock.START.toEpochMilli()))
        .containsEntry("dlq-attempts", "0")
        .doesNotContainKey("dlq-stub");
  }

  @Test
  void send_keepsAStubOfWhatIsTooLarge() throws Exception {
    byte[] large = new byte[1_000_000];
    DeadLetter letter =
        new DeadLetter(
            LogRecords.of("log-events", 3, 42, large, ManualClock.START),
            DeadLetterReason.TOO_LARGE,
            "Too large",
            0);

    DeadLetterOutcome outcome = await(sink.send(letter));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.KeptAsStub());
    ProducerRecord<byte[], byte[]> stub = history().getFirst();
    assertThat(stub.value()).hasSizeLessThan(100_000);
    assertThat(new String(stub.value(), UTF_8))
        .startsWith(
            "{\"topic\":\"log-events\",\"partition\":3,\"offset\":42,\"keyBytes\":3,"
                + "\"valueBytes\":1000000,\"sha256\":\"d29751f2649b32ff")
        .contains("\"head\":\"AAAA");
    assertThat(headers(stub)).containsEntry("dlq-stub", "true");
  }

  @Test
  void send_logsAndCountsWhatAStubLacks() throws Exception {
    ConsumerRecord<byte[], byte[]> source =
        LogRecords.of("log-events", 3, 42, new byte[1_000_000], ManualClock.START);
    source.headers().add("trace", "abc".getBytes(UTF_8));

    await(sink.send(new DeadLetter(source, DeadLetterReason.TOO_LARGE, "x".repeat(1_001), 0)));

    assertThat(counted)
        .containsExactly(DeadLetterPart.VALUE, DeadLetterPart.HEADERS, DeadLetterPart.ERROR);
    assertThat(headers(history().getFirst())).containsEntry("dlq-cut", "value,headers,error");
    assertThat(log.events())
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.getLevel()).isEqualTo(Level.WARN);
              assertThat(line.getKeyValuePairs().toString())
                  .contains(
                      "topic=\"log-events\"",
                      "partition=\"3\"",
                      "offset=\"42\"",
                      "recordBytes=\"100",
                      "keptBytes=\"8",
                      "deadLetterTopic=\"dlq\"",
                      "raise max.message.bytes of dlq above");
            });
  }

  @Test
  void send_logsAFloodOfStubsOnce() throws Exception {
    for (int i = 0; i < 50; i++) {
      await(sink.send(tooLarge(i)));
    }

    assertThat(log.events()).hasSize(1);
    assertThat(counted).hasSize(50);
  }

  @Test
  void send_keepsTheSmallestStubWhereEvenAStubIsTooLarge() throws Exception {
    limit = 300;
    DeadLetterOutcome outcome = await(sink.send(tooLarge(42)));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.KeptAsStub());
    ProducerRecord<byte[], byte[]> stub = history().getFirst();
    assertThat(stub.key()).isEmpty();
    assertThat(new String(stub.value(), UTF_8))
        .contains("\"topic\":\"log-events\",\"partition\":3,\"offset\":42", "\"head\":\"\"");
    assertThat(headers(stub)).containsEntry("dlq-cut", "value,key");
  }

  @Test
  void send_isNotConfirmedWhereNotEvenTheSmallestStubFits() throws Exception {
    limit = 10;

    assertThat(await(sink.send(tooLarge(42)))).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(counted).isEmpty();
  }

  @Test
  void send_saysThatItCutTheErrorOfAWholeLetterAndSplitsNoCharacter() throws Exception {
    String error = "x".repeat(999) + "\uD83D\uDE00";
    ConsumerRecord<byte[], byte[]> source =
        LogRecords.of("log-events", 3, 42, new byte[10], ManualClock.START);

    DeadLetterOutcome outcome =
        await(sink.send(new DeadLetter(source, DeadLetterReason.INVALID, error, 0)));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.Kept());
    assertThat(headers(history().getFirst()))
        .containsEntry("dlq-error", "x".repeat(999))
        .containsEntry("dlq-cut", "error")
        .doesNotContainKey("dlq-stub");
    assertThat(counted).containsExactly(DeadLetterPart.ERROR);
  }

  @Test
  void send_keepsAStubOfWhatWasCutWhenItWasRead() throws Exception {
    DeadLetter letter =
        new DeadLetter(
            new ConsumerRecord<>(
                "log-events",
                3,
                42,
                ManualClock.START.toEpochMilli(),
                TimestampType.CREATE_TIME,
                3,
                200_000_000,
                "key".getBytes(UTF_8),
                new byte[] {1, 2, 3},
                new RecordHeaders(),
                Optional.empty()),
            DeadLetterReason.TOO_LARGE,
            "Too large",
            0);

    DeadLetterOutcome outcome = await(sink.send(letter));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.KeptAsStub());
    ProducerRecord<byte[], byte[]> stub = history().getFirst();
    assertThat(new String(stub.value(), UTF_8))
        .isEqualTo(
            "{\"topic\":\"log-events\",\"partition\":3,\"offset\":42,\"keyBytes\":3,"
                + "\"valueBytes\":200000000,\"head\":\"AQID\"}");
    assertThat(headers(stub)).containsEntry("dlq-stub", "true");
  }

  @Test
  void send_rebuildsTheProducerWhenItDoesNotAnswer() {
    // Given a producer whose own thread has died
    VirtualTime time = new VirtualTime();
    Queue<MockProducer<byte[], byte[]>> given =
        new ArrayDeque<>(List.of(mockProducer(false), mockProducer(true)));
    KafkaDeadLetterSink sink =
        new KafkaDeadLetterSink(source(given::remove, () -> {}), SETTINGS, counted::add, time);

    // When
    CompletableFuture<DeadLetterOutcome> first = sink.send(letter(1, "a"));
    time.advance(ProducerConnection.LONGEST_ANSWER);
    time.advance(Duration.ofSeconds(1));
    CompletableFuture<DeadLetterOutcome> second = sink.send(letter(1, "a"));
    time.advance(Duration.ZERO);

    // Then
    assertThat(first)
        .isCompletedWithValueMatching(DeadLetterOutcome.NotConfirmed.class::isInstance);
    assertThat(second).isCompletedWithValue(new DeadLetterOutcome.Kept());
    sink.close();
  }

  @Test
  void send_waitsForTheStubAsLongAsForTheWholeLetter() {
    // Given a letter that the broker finds too large shortly before the time of its send is over
    VirtualTime time = new VirtualTime();
    MockProducer<byte[], byte[]> producer = mockProducer(false);
    KafkaDeadLetterSink slow =
        new KafkaDeadLetterSink(source(() -> producer, () -> {}), SETTINGS, counted::add, time);
    CompletableFuture<DeadLetterOutcome> outcome = slow.send(letter(1, "a"));
    time.advance(ProducerConnection.LONGEST_ANSWER.minusMillis(1));
    producer.errorNext(new RecordTooLargeException("the limit of the topic"));

    // When
    time.advance(ProducerConnection.LONGEST_ANSWER.minusMillis(1));
    producer.completeNext();

    // Then
    assertThat(outcome).isCompletedWithValue(new DeadLetterOutcome.KeptAsStub());
    slow.close();
  }

  @Test
  void send_skipsALetterThatTheCallerGaveUpWhileItWaited() throws Exception {
    // Given a letter behind one that blocks
    CountDownLatch unblocked = new CountDownLatch(1);
    MockProducer<byte[], byte[]> producer = mockProducer(true);
    try (KafkaDeadLetterSink slow = sink(source(() -> producer, () -> awaitQuietly(unblocked)))) {
      CompletableFuture<DeadLetterOutcome> blocked = slow.send(letter(1, "a"));
      CompletableFuture<DeadLetterOutcome> givenUp = slow.send(letter(2, "b"));

      // When
      givenUp.completeExceptionally(new TimeoutException("given up"));
      unblocked.countDown();
      await(blocked);
      await(slow.send(letter(3, "c")));

      // Then
      assertThat(producer.history())
          .extracting(record -> new String(record.value(), UTF_8))
          .containsExactly("a", "c");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void send_survivesAProducerThatCannotBeBuilt() throws Exception {
    constructorFailure = new KafkaException("No resolvable bootstrap urls");
    DeadLetterOutcome during = await(sink.send(letter(1, "a")));
    constructorFailure = null;

    DeadLetterOutcome after = sendUntilKept(sink, letter(1, "a"));

    assertThat(during).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
  }

  @Test
  void send_isNotConfirmedWhenSomethingUnforeseenFails() throws Exception {
    constructorFailure = new NullPointerException("a bug");
    DeadLetterOutcome during = await(sink.send(letter(1, "a")));
    constructorFailure = null;

    DeadLetterOutcome after = sendUntilKept(sink, letter(1, "a"));

    assertThat(during).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
  }

  @Test
  void send_isNotConfirmedAfterAnErrorAndTheSenderGoesOn() throws Exception {
    AtomicBoolean lacksClass = new AtomicBoolean(true);
    KafkaDeadLetterSink broken =
        sink(
            source(
                () -> {
                  if (lacksClass.getAndSet(false)) {
                    throw new NoClassDefFoundError("snappy");
                  }
                  return newProducer();
                },
                () -> {}));

    DeadLetterOutcome first = await(broken.send(letter(1, "{}")));
    DeadLetterOutcome second = sendUntilKept(broken, letter(1, "{}"));

    assertThat(first)
        .isInstanceOfSatisfying(
            DeadLetterOutcome.NotConfirmed.class,
            failed -> assertThat(failed.cause()).hasMessage("No connection to Kafka: snappy"));
    assertThat(second).isEqualTo(new DeadLetterOutcome.Kept());
    broken.close();
  }

  @Test
  void send_isConfirmedWhateverTheCountOfItsCutsThrows() throws Exception {
    KafkaDeadLetterSink counting =
        new KafkaDeadLetterSink(
            source(this::newProducer, this::ensureTopic),
            SETTINGS,
            part -> {
              throw new StackOverflowError();
            },
            timing());
    DeadLetter large =
        new DeadLetter(
            LogRecords.of("log-events", 3, 42, new byte[1_000_000], ManualClock.START),
            DeadLetterReason.TOO_LARGE,
            "Too large",
            0);

    DeadLetterOutcome outcome = await(counting.send(large));

    assertThat(outcome).isEqualTo(new DeadLetterOutcome.KeptAsStub());
    counting.close();
  }

  @Test
  void send_looksAfterTheTopicFirstAndAgainAfterSomeSeconds() throws Exception {
    await(sink.send(letter(1, "a")));
    await(sink.send(letter(2, "b")));
    int atOnce = topicChecks;
    clock.advance(Duration.ofSeconds(5));
    await(sink.send(letter(3, "c")));

    assertThat(atOnce).isEqualTo(1);
    assertThat(topicChecks).isEqualTo(2);
  }

  @Test
  void send_isNotConfirmedBeforeTheTopicExists() throws Exception {
    topicFailure = new KafkaException("Topic dlq does not exist and may not be created");
    DeadLetterOutcome first = await(sink.send(letter(1, "a")));
    topicFailure = null;

    DeadLetterOutcome after = sendUntilKept(sink, letter(1, "a"));

    assertThat(first).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
    assertThat(history()).hasSize(1);
  }

  @Test
  void send_isNotConfirmedUntilTheTopicIsFoundAgain() throws Exception {
    // Given a connection, and a topic that was deleted and may not be created
    await(sink.send(letter(1, "a")));
    topicFailure = new KafkaException("Topic dlq does not exist and may not be created");
    clock.advance(Duration.ofSeconds(5));

    // When
    DeadLetterOutcome first = await(sink.send(letter(2, "b")));
    DeadLetterOutcome second = await(sink.send(letter(3, "c")));
    int checks = topicChecks;
    topicFailure = null;
    clock.advance(Duration.ofSeconds(5));
    DeadLetterOutcome after = await(sink.send(letter(2, "b")));

    // Then one check, which may take seconds, counts for both dead letters
    assertThat(first).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(second).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
    assertThat(checks).isEqualTo(2);
    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
    assertThat(history()).hasSize(2);
  }

  @Test
  void send_rebuildsTheProducerAfterAFatalError() throws Exception {
    failure = new AuthenticationException("SASL authentication failed");
    await(sink.send(letter(1, "a")));
    failure = null;

    DeadLetterOutcome after = sendUntilKept(sink, letter(1, "a"));

    assertThat(after).isEqualTo(new DeadLetterOutcome.Kept());
    assertThat(producers).hasSize(2);
    assertThat(producers.getFirst().closed()).isTrue();
  }

  @Test
  void send_afterCloseIsNotConfirmed() throws Exception {
    sink.close();

    assertThat(await(sink.send(letter(1, "a")))).isInstanceOf(DeadLetterOutcome.NotConfirmed.class);
  }

  /** Sends a dead letter until it is acknowledged, as the pipeline does, for 30 seconds at most. */
  private static DeadLetterOutcome sendUntilKept(DeadLetterSink sink, DeadLetter letter)
      throws Exception {
    Deadline end = Deadline.after(Duration.ofSeconds(30));
    DeadLetterOutcome outcome = await(sink.send(letter));
    while (outcome instanceof DeadLetterOutcome.NotConfirmed && !end.remaining().isZero()) {
      outcome = await(sink.send(letter));
    }
    return outcome;
  }

  private static MockProducer<byte[], byte[]> mockProducer(boolean answersAtOnce) {
    return new MockProducer<>(
        answersAtOnce, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private KafkaDeadLetterSink sink(ProducerSource source) {
    return new KafkaDeadLetterSink(source, SETTINGS, counted::add, timing());
  }

  /** A source that checks the topic before it connects, as the real one does. */
  private static ProducerSource source(
      Supplier<Producer<byte[], byte[]>> newProducer, Runnable checkTopic) {
    return new ProducerSource() {
      @Override
      public Producer<byte[], byte[]> connect() {
        checkTopic.run();
        return newProducer.get();
      }

      @Override
      public void recheck() {
        checkTopic.run();
      }
    };
  }

  /** The threads and timeouts of the system, on the test's clock. */
  private Timing timing() {
    Timing system = Timing.system();
    return new Timing() {
      @Override
      public LongSupplier nanoClock() {
        return clock;
      }

      @Override
      public InstantSource wallClock() {
        return clock;
      }

      @Override
      public void onTimeout(CompletableFuture<?> future, Duration delay, Runnable action) {
        system.onTimeout(future, delay, action);
      }

      @Override
      public ScheduledExecutorService executor(String name, int threads) {
        return system.executor(name, threads);
      }

      @Override
      public Duration jittered(Duration pause) {
        return system.jittered(pause);
      }
    };
  }

  private static DeadLetter tooLarge(long offset) {
    return new DeadLetter(
        LogRecords.of("log-events", 3, offset, new byte[1_000_000], ManualClock.START),
        DeadLetterReason.TOO_LARGE,
        "Too large",
        0);
  }

  private void ensureTopic() {
    assertThat(topicChecks++ > 0 || producers.isEmpty()).as("first of all").isTrue();
    if (topicFailure != null) {
      throw topicFailure;
    }
  }

  private synchronized Producer<byte[], byte[]> newProducer() {
    RuntimeException now = constructorFailure;
    if (now != null) {
      throw now;
    }
    TestProducer producer = new TestProducer();
    producers.add(producer);
    return producer;
  }

  private synchronized List<ProducerRecord<byte[], byte[]>> history() {
    return producers.stream().flatMap(producer -> producer.history().stream()).toList();
  }

  private static Map<String, String> headers(ProducerRecord<byte[], byte[]> record) {
    Map<String, String> headers = new LinkedHashMap<>();
    for (Header header : record.headers()) {
      headers.put(header.key(), new String(header.value(), UTF_8));
    }
    return headers;
  }

  /** Accepts records up to 500 kB, and fails on demand. */
  private final class TestProducer extends MockProducer<byte[], byte[]> {
    TestProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<byte[], byte[]> record, Callback callback) {
      if (record.value().length > limit) {
        // Reports the failure to the callback, as the real producer does.
        callback.onCompletion(null, new RecordTooLargeException("1000000 bytes"));
        return CompletableFuture.failedFuture(new RecordTooLargeException("1000000 bytes"));
      }
      // Read once, because the callback may end the failure before this method returns.
      RuntimeException now = failure;
      if (now != null) {
        callback.onCompletion(null, now);
        return CompletableFuture.failedFuture(now);
      }
      return super.send(record, callback);
    }
  }
}
