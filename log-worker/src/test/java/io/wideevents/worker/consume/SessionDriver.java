package io.wideevents.worker.consume;

import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;

/** Does with one consumer session what {@link MqConsumerService} does, without its thread. */
public final class SessionDriver {
  private static final Duration DRAIN = Duration.ofMillis(3_500);
  private static final Duration COMMIT = Duration.ofSeconds(1);
  private static final Duration LEAVE = Duration.ofSeconds(1);

  private final ConsumerSession session;

  public SessionDriver(
      Consumer<byte[], byte[]> consumer,
      ConsumerSource source,
      TopicIds topicIds,
      Assignment assignment,
      BatchPipeline pipeline,
      CompletionQueue completions,
      RecordIntake intake,
      WorkerMetrics metrics,
      AtomicLong lostRecords,
      InstantSource clock,
      LongSupplier nanoClock) {
    session =
        new ConsumerSession(
            consumer,
            source,
            topicIds,
            assignment,
            pipeline,
            completions,
            intake,
            metrics,
            lostRecords,
            clock,
            nanoClock);
  }

  public void subscribe(String topic) {
    session.subscribe(topic);
  }

  public void turn() {
    session.turn();
  }

  public ConsumerStatus status() {
    return session.status();
  }

  public void finish() {
    session.finish(DRAIN, COMMIT, LEAVE);
  }

  public void abandon() {
    session.abandon(LEAVE);
  }
}
