package io.wideevents.worker.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.mongo.InMemoryBatchWriter;
import io.wideevents.stack.TestStack;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.RecordingDeadLetterSink;
import io.wideevents.worker.kafka.AdminTopicIds;
import io.wideevents.worker.kafka.WorkerKafka;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.testing.EventTopic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic of a real broker that is created again during an outage of the database. */
@Execution(ExecutionMode.CONCURRENT)
class PausedTopicRecreationIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final String name = TestStack.uniqueName(PausedTopicRecreationIT.class);
  private final InMemoryBatchWriter database = new InMemoryBatchWriter();
  private final Instant now = Instant.now();
  private EventTopic topic = EventTopic.existing(TestStack.kafka(), name);

  @AfterEach
  void close() {
    topic.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void everyEventOfTheNewTopicIsStored(String protocol) throws Exception {
    // Given a worker that is paused with records of the old topic in memory
    create();
    topic.sendEvents(0, 600, now);
    WorkerKafka kafka = kafka(protocol);
    try (AdminTopicIds topicIds = new AdminTopicIds(kafka::newAdmin);
        MqConsumerService service = service(kafka, topicIds)) {
      service.start();
      await().atMost(LONG).untilAsserted(() -> assertThat(database.stored()).hasSize(600));
      database.goDown();
      topic.sendEvents(600, 900, now); // more than the probes need
      await().atMost(LONG).until(() -> service.status().paused() && held(service) > 0);
      int held = held(service);

      // When
      topic.admin().deleteTopics(List.of(name)).all().get();
      create();
      topic.sendEvents(1_000, 3_000, now);
      database.comeBack();

      // Then
      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(database.stored()).hasSizeGreaterThanOrEqualTo(2_600 + held));
      await()
          .atMost(LONG)
          .untilAsserted(
              () -> assertThat(topic.committed(name + "-group")).isEqualTo(topic.endOffsets()));
    }
  }

  private static int held(MqConsumerService service) {
    return service.status().pipeline().heldRecords();
  }

  private void create() {
    topic.close();
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> topic = EventTopic.create(TestStack.kafka(), name));
  }

  private WorkerKafka kafka(String protocol) {
    Map<String, String> flags =
        Map.of(
            "--group-protocol",
            protocol,
            "--brokers",
            TestStack.kafka(),
            "--topic",
            name,
            "--dlq-topic",
            name + ".dlq",
            "--group",
            name + "-group");
    return new WorkerKafka(WorkerSettings.CATALOGUE.resolve(flags, Map.of()).settings().kafka());
  }

  private MqConsumerService service(WorkerKafka kafka, AdminTopicIds topicIds) {
    InstantSource clock = InstantSource.system();
    CompletionQueue completions = new CompletionQueue();
    WorkerMetrics metrics = new WorkerMetrics(new SimpleMeterRegistry());
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(1));
    BatchPipeline pipeline =
        new BatchPipeline(
            new BatchLimits(50, 50, 1 << 20, Duration.ofMillis(100), 2, 1 << 24),
            new BatchPipeline.Destinations(
                database,
                new RecordingDeadLetterSink(),
                new DeadLetterCircuitBreaker(true, System::nanoTime),
                completions),
            new BatchPipeline.Reports(metrics, batch -> {}),
            backoff,
            new Clocks(clock, System::nanoTime));
    return new MqConsumerService(
        new SessionParts(
            kafka,
            topicIds,
            new RecordPath(
                new RecordIntake(
                    new RecordDecoder(EncoderSettings.DEFAULT, clock), System::nanoTime),
                pipeline,
                completions),
            metrics,
            new Clocks(clock, System::nanoTime)),
        new Subscription(name, name + "-group"),
        new BatchLog(System::nanoTime),
        backoff);
  }
}
