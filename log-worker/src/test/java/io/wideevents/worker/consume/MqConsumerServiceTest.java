package io.wideevents.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.deadletter.DeadLetterBrake;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.retry.Backoff;
import io.wideevents.worker.testing.LogRecords;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MqConsumerServiceTest {
  private static final String TOPIC = "log-events";
  private static final TopicPartition P0 = new TopicPartition(TOPIC, 0);
  private static final Instant NOW = ManualClock.START;

  private final InstantSource clock = InstantSource.fixed(NOW);
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final FakeConsumerSource source = new FakeConsumerSource();
  private final List<Long> waits = new CopyOnWriteArrayList<>();
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
    first.schedulePollTask(() -> first.setPollException(new KafkaException("Fenced")));
    source.willGive(first);
    source.willGive(consumerWith(0, 5));

    service.start();

    await().untilAsserted(() -> assertThat(database.stored()).hasSize(5));
    assertThat(first.closed()).isTrue();
  }

  @Test
  void consumersThatFailSoon_areBuiltAnewMoreAndMoreSlowly() {
    for (int i = 0; i < 4; i++) {
      MockConsumer<byte[], byte[]> consumer = consumerWith(0, 3);
      consumer.schedulePollTask(
          () -> consumer.setPollException(new KafkaException("Not authorized to read")));
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

  private MqConsumerService service() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    WorkerMetrics metrics = new WorkerMetrics(registry);
    CompletionQueue completions = new CompletionQueue();
    Backoff backoff =
        new Backoff(Duration.ofMillis(1), Duration.ofMillis(20), new Recorder(new Random(5)));
    BatchPipeline pipeline =
        new BatchPipeline(
            new BatchLimits(100, 100, 1 << 20, Duration.ofSeconds(2), 2, 1 << 24),
            database,
            new RecordingDeadLetterSink(),
            new DeadLetterBrake(true, System::nanoTime),
            completions,
            metrics,
            batch -> {},
            backoff,
            clock,
            System::nanoTime);
    return new MqConsumerService(
        source,
        new FakeTopicIds(),
        TOPIC,
        "log-consumer-group",
        pipeline,
        completions,
        new RecordIntake(new RecordDecoder(EncoderSettings.DEFAULT, clock), System::nanoTime),
        new BatchLog(System::nanoTime),
        metrics,
        backoff,
        clock,
        System::nanoTime);
  }

  /** Notes the longest each wait might have been, in milliseconds. */
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
