package io.wideevents.worker.simulation;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.kafka.partition.PartitionReader;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.BatchPipeline;
import io.wideevents.worker.batch.CompletionQueue;
import io.wideevents.worker.batch.RecordIntake;
import io.wideevents.worker.consume.RecordPath;
import io.wideevents.worker.consume.SessionDriver;
import io.wideevents.worker.consume.SessionParts;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.kafka.ConsumerSource;
import io.wideevents.worker.kafka.TopicIds;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.offset.Assignment;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * The real parts of one worker process, composed as {@code WorkerApplication} does. Only this class
 * calls their constructors.
 */
final class WorkerParts {
  /** Records that may be isolated at once. */
  static final int MOST_ISOLATED = 10;

  final BatchPipeline pipeline;
  final CompletionQueue completions;
  final Backoff backoff;
  private final ConsumerSource source;
  private final RecordIntake intake;
  private final WorkerMetrics metrics;
  private final TopicIds topicIds;
  private final SimulatedClock time;
  private final Assignment assignment = new Assignment();

  WorkerParts(
      BatchLimits limits,
      int maxPollRecords,
      BatchWriter writer,
      DeadLetterSink deadLetters,
      BlockingQueue<Runnable> tasks,
      WorkerMetrics metrics,
      TopicIds topicIds,
      RandomGenerator random,
      SimulatedClock time,
      Supplier<PartitionReader> readers) {
    this.source = new SimulatedSource(maxPollRecords, readers);
    this.topicIds = topicIds;
    this.metrics = metrics;
    this.time = time;
    completions = new CompletionQueue(tasks);
    backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), random);
    pipeline =
        new BatchPipeline(
            limits,
            new BatchPipeline.Destinations(
                writer, deadLetters, new DeadLetterCircuitBreaker(true, time), completions),
            new BatchPipeline.Reports(metrics, batch -> {}),
            backoff,
            new Clocks(time, time));
    intake = new RecordIntake(new RecordDecoder(EncoderSettings.DEFAULT, time), time);
  }

  SessionDriver newSession(Consumer<byte[], byte[]> consumer) {
    return new SessionDriver(
        consumer,
        new SessionParts(
            source,
            topicIds,
            new RecordPath(intake, pipeline, completions),
            metrics,
            new Clocks(time, time)),
        assignment);
  }

  /** Limits of a worker that waits for each write without a timeout. */
  static BatchLimits withoutWriteTimeout(BatchLimits limits) {
    return new BatchLimits(
        limits.events(),
        limits.catchUpEvents(),
        limits.batchBytes(),
        limits.maxAge(),
        limits.batchesInFlight(),
        limits.heldBytes(),
        Duration.ofDays(365));
  }

  /** Number of records without a retry at which polling pauses. */
  static int newRecords(BatchLimits limits) {
    return (limits.batchesInFlight() + 1) * limits.catchUpEvents();
  }

  /** Writes that may be in flight at once: of new records, one retry, one isolated record. */
  static int maxWrites(BatchLimits limits) {
    return limits.batchesInFlight() + 2;
  }

  /** The simulation creates the consumers. */
  private record SimulatedSource(int maxPollRecords, Supplier<PartitionReader> readers)
      implements ConsumerSource {
    @Override
    public Consumer<byte[], byte[]> newConsumer() {
      throw new UnsupportedOperationException("The simulation makes the consumers");
    }

    @Override
    public PartitionReader newPartitionReader() {
      return readers.get();
    }

    @Override
    public void connected() {}

    @Override
    public void failed(Throwable cause) {}
  }
}
