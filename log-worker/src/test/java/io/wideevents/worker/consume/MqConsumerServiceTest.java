package io.wideevents.worker.consume;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.testing.LogCapture;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

// A hang ends the test, and not the whole run.
@Timeout(120)
@Tag("slow")
class MqConsumerServiceTest {
  private static final String TOPIC = "log-events";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
  private static final Instant NOW = ManualClock.START;

  private final InstantSource clock = InstantSource.fixed(NOW);
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final RecordingDeadLetterSink deadLetters = new RecordingDeadLetterSink();
  private final FakeConsumerSource source = new FakeConsumerSource();
  private final List<Long> waits = new CopyOnWriteArrayList<>();
  private final CompletionQueue completions = new CompletionQueue();
  private final MqConsumerService service = service();

  @AfterEach
  void close() {
    service.close();
  }

  @Test
  void start_succeedsWhileKafkaIsDownAndWorkBeginsWhenItComes() {
    source.willFail("No resolvable bootstrap urls");
    source.willFail("No resolvable bootstrap urls");
    source.willGive(consumerWith(0, 3));

    service.start();

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(3));
  }

  @Test
  void fatalError_isAnsweredWithANewConsumer() {
    MockConsumer<byte[], byte[]> first = consumerWith(0, 3);
    first.schedulePollTask(() -> first.setPollException(new FencedInstanceIdException("Fenced")));
    source.willGive(first);
    source.willGive(consumerWith(0, 5));

    service.start();

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(5));
    assertThat(first.closed()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("errors")
  void errorOnThePollingThread_isAnsweredWithANewConsumer(Error error) {
    MockConsumer<byte[], byte[]> first = consumerWith(0, 3);
    first.schedulePollTask(
        () -> {
          throw error;
        });
    source.willGive(first);
    source.willGive(consumerWith(0, 5));

    service.start();

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(5));
    assertThat(first.closed()).isTrue();
  }

  static Stream<Error> errors() {
    return Stream.of(
        new NoClassDefFoundError("gone"), new StackOverflowError(), new AssertionError("bug"));
  }

  @Test
  void errorWhileAConsumerIsBuilt_isAnsweredWithAnotherTry() {
    source.willDie(new NoClassDefFoundError("gone"));
    source.willGive(consumerWith(0, 3));

    service.start();

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(3));
  }

  @Test
  void errorInACompletion_isAnsweredWithANewConsumer() {
    source.willGive(consumerWith(0, 3));
    source.willGive(consumerWith(0, 5));
    service.start();
    await().until(() -> service.status().pipeline().heldRecords() == 3);

    completions.execute(
        () -> {
          throw new ExceptionInInitializerError("bug");
        });

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(5));
  }

  @Test
  void outOfMemoryOutsideAPoll_endsTheThreadWhenItComesAgainAndAgain() throws Exception {
    AtomicReference<Throwable> died = new AtomicReference<>();
    Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
    Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> died.set(failure));
    try {
      for (int i = 0; i < 3; i++) {
        MockConsumer<byte[], byte[]> full =
            new MockConsumer<>("none") {
              @Override
              public synchronized void subscribe(
                  Collection<String> topics, ConsumerRebalanceListener listener) {
                throw new OutOfMemoryError("Java heap space");
              }
            };
        source.willGive(full);
      }

      service.start();

      await().dontCatchUncaughtExceptions().until(() -> died.get() instanceof OutOfMemoryError);
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(before);
    }
  }

  @Test
  void close_returnsInTimeThoughTheConsumerDoesNotClose() {
    CountDownLatch released = new CountDownLatch(1);
    source.willGive(
        new MockConsumer<>("none") {
          @Override
          public synchronized void close(CloseOptions options) {
            try {
              released.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        });
    service.start();
    await().until(() -> source.asked == 1);
    long start = System.nanoTime();

    service.close(Duration.ofMillis(200));

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    released.countDown();
  }

  @Test
  void consumersThatFailSoon_areBuiltAnewMoreAndMoreSlowly() {
    for (int i = 0; i < 4; i++) {
      MockConsumer<byte[], byte[]> consumer = consumerWith(0, 3);
      consumer.schedulePollTask(
          () ->
              consumer.setPollException(new TopicAuthorizationException("Not authorized to read")));
      source.willGive(consumer);
    }

    service.start();

    await().until(() -> waits.size() >= 4);
    assertThat(waits).startsWith(1L, 2L, 4L, 8L);
  }

  @Test
  void close_flushesWhatIsHeld() {
    MockConsumer<byte[], byte[]> consumer = consumerWith(0, 3);
    source.willGive(consumer);
    service.start();
    await().until(() -> service.status().pipeline().heldRecords() == 3);

    service.close();

    assertThat(database.stored()).hasSize(3);
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void close_doesNotWaitForADeadDatabase() {
    database.goDown();
    source.willGive(consumerWith(0, 100));
    service.start();
    await().until(() -> service.status().pipeline().databaseDown());
    long start = System.nanoTime();

    service.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    assertThat(database.stored()).isEmpty();
  }

  @Test
  void close_endsAServiceThatNeverReachedKafka() {
    service.start();
    await().until(() -> source.asked > 0);
    long start = System.nanoTime();

    service.close();

    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
  }

  @Test
  void close_logsTheDeadLettersThatNoLineHasCountedYet() throws Exception {
    // Given two records that break the rules, of which the first is logged at once
    MockConsumer<byte[], byte[]> consumer = consumerWith(0, 1);
    consumer.schedulePollTask(
        () -> {
          for (int offset = 1; offset < 3; offset++) {
            consumer.addRecord(LogRecords.of(TOPIC, 0, offset, "not JSON".getBytes(UTF_8), NOW));
          }
        });
    source.willGive(consumer);
    try (LogCapture log = new LogCapture(BatchPipeline.class)) {
      service.start();
      await().until(() -> deadLetters.kept().size() == 2);

      // When
      service.close();

      // Then
      assertThat(log.eventsOf("mq-consumer"))
          .extracting(line -> line.getKeyValuePairs().getFirst().toString())
          .containsExactly("count=\"1\"", "count=\"1\"");
    }
  }

  private MqConsumerService service() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    WorkerMetrics metrics = new WorkerMetrics(registry);
    Backoff backoff =
        new Backoff(Duration.ofMillis(1), Duration.ofMillis(20), new Recorder(new Random(5)));
    BatchPipeline pipeline =
        new BatchPipeline(
            new BatchLimits(100, 100, 1 << 20, Duration.ofSeconds(2), 2, 1 << 24),
            new BatchPipeline.Destinations(
                database,
                deadLetters,
                new DeadLetterCircuitBreaker(true, System::nanoTime),
                completions),
            new BatchPipeline.Reports(metrics, batch -> {}),
            backoff,
            new Clocks(clock, System::nanoTime));
    return new MqConsumerService(
        new SessionParts(
            source,
            new FakeTopicIds(),
            new RecordPath(
                new RecordIntake(
                    new RecordDecoder(EncoderSettings.DEFAULT, clock), System::nanoTime),
                pipeline,
                completions),
            metrics,
            new Clocks(clock, System::nanoTime)),
        new Subscription(TOPIC, "log-consumer-group"),
        new BatchLog(System::nanoTime),
        backoff);
  }

  /** Records the upper limit of each wait, in milliseconds. */
  private final class Recorder implements RandomGenerator {
    private final Random random;

    Recorder(Random random) {
      this.random = random;
    }

    @Override
    public long nextLong() {
      return random.nextLong();
    }

    @Override
    public long nextLong(long bound) {
      waits.add(Duration.ofNanos(bound).toMillis());
      return random.nextLong(bound);
    }
  }

  /** A consumer that joins on its first poll and finds these records. */
  private static MockConsumer<byte[], byte[]> consumerWith(int from, int to) {
    MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("none");
    consumer.updateBeginningOffsets(Map.of(P0, 0L));
    consumer.updateEndOffsets(Map.of(P0, (long) to));
    consumer.schedulePollTask(
        () -> {
          consumer.rebalance(List.of(P0));
          consumer.seek(P0, from);
          for (int offset = from; offset < to; offset++) {
            consumer.addRecord(LogRecords.event(TOPIC, 0, offset, offset, NOW));
          }
        });
    return consumer;
  }
}
