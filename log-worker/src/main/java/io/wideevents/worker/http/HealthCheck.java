package io.wideevents.worker.http;

import io.wideevents.worker.batch.PipelineStatus;
import io.wideevents.worker.consume.ConsumerStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Decides whether the worker is live and whether it is ready. Ready means that an event that is in
 * the topic now would be stored soon.
 *
 * <p>Live means only that the polling thread makes progress. The worker survives an outage of Kafka
 * or MongoDB, and a restart would not help. Safe for concurrent use.
 */
public final class HealthCheck {
  // Connecting may block for ten seconds, and a backoff takes up to thirty.
  private static final Duration HUNG = Duration.ofSeconds(90);

  // Longer than one write may take.
  private static final Duration STALLED = Duration.ofSeconds(30);

  private final Supplier<ConsumerStatus> status;
  private final BooleanSupplier kafkaConnected;
  private final MongoPing mongo;
  private final Supplier<List<String>> warnings;
  private final LongSupplier nanoClock;
  private volatile boolean stopping;

  /** Checks whether MongoDB would accept an operation. */
  @FunctionalInterface
  public interface MongoPing {
    /** Waits for an answer, at most one second. */
    boolean answers();

    /** Why the worker writes nothing to MongoDB, with a fix; empty while writes are tried. */
    default Optional<String> unavailability() {
      return Optional.empty();
    }
  }

  public HealthCheck(
      Supplier<ConsumerStatus> status,
      BooleanSupplier kafkaConnected,
      MongoPing mongo,
      LongSupplier nanoClock) {
    this(status, kafkaConnected, mongo, List::of, nanoClock);
  }

  /**
   * @param warnings problems that an operator should look at although events are stored; must not
   *     block
   */
  public HealthCheck(
      Supplier<ConsumerStatus> status,
      BooleanSupplier kafkaConnected,
      MongoPing mongo,
      Supplier<List<String>> warnings,
      LongSupplier nanoClock) {
    this.warnings = warnings;
    this.status = status;
    this.kafkaConnected = kafkaConnected;
    this.mongo = mongo;
    this.nanoClock = nanoClock;
  }

  /** Makes the worker unready from now on, whatever its state. */
  public void stopping() {
    stopping = true;
  }

  /** Whether the polling thread has made progress within the last 90 s. */
  public boolean isLive() {
    return nanoClock.getAsLong() - status.get().seenNanos() < HUNG.toNanos();
  }

  /** Checks everything. Waits for MongoDB's answer for at most one second. */
  public Readiness readiness() {
    ConsumerStatus now = status.get();
    boolean kafka = kafkaConnected.getAsBoolean();
    PipelineStatus pipeline = now.pipeline();
    Optional<String> unavailability = mongo.unavailability();
    boolean mongodb = unavailability.isEmpty() && !pipeline.databaseDown() && mongo.answers();
    List<String> reasons = new ArrayList<>();
    if (stopping) {
      reasons.add("the worker is stopping");
    }
    if (!isLive()) {
      reasons.add("the polling thread hangs");
    }
    if (!kafka) {
      reasons.add("Kafka cannot be reached");
    } else if (!now.joined()) {
      reasons.add("not a member of the consumer group yet");
    }
    if (unavailability.isPresent()) {
      reasons.add(unavailability.get());
    } else if (pipeline.databaseDown()) {
      reasons.add("MongoDB takes no writes: " + pipeline.databaseDownReason());
    } else if (!mongodb) {
      reasons.add("MongoDB takes no writes");
    }
    for (ConsumerStatus.StoppedPartition stopped : now.stopped()) {
      reasons.add(
          "partition %d is stopped at offset %d: %s"
              .formatted(stopped.partition(), stopped.offset(), stopped.cause()));
    }
    if (pipeline.circuitOpen()) {
      reasons.add(
          "the dead-letter circuit breaker is open: most records are dead letters; see log-worker"
              + " dlq list");
    }
    if (mongodb && pipeline.fullFor().compareTo(STALLED) > 0) {
      reasons.add(
          "polling has been paused for %d seconds: %d of %d records wait for a retry or for the dead-letter topic"
              .formatted(
                  pipeline.fullFor().toSeconds(),
                  pipeline.waitingRecords(),
                  pipeline.heldRecords()));
    }
    return new Readiness(reasons, warnings.get(), kafka, mongodb, now);
  }

  /**
   * Whether the worker is ready, and its state.
   *
   * @param reasons why it is not ready; empty when it is
   * @param warnings problems that do not make the worker unready
   */
  public record Readiness(
      List<String> reasons,
      List<String> warnings,
      boolean kafka,
      boolean mongodb,
      ConsumerStatus status) {
    public Readiness {
      reasons = List.copyOf(reasons);
      warnings = List.copyOf(warnings);
    }

    public boolean isReady() {
      return reasons.isEmpty();
    }
  }
}
