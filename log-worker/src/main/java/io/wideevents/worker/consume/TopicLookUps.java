package io.wideevents.worker.consume;

import io.wideevents.worker.kafka.TopicIds;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Looks up the id of the topic at intervals, one look-up at a time. A look-up runs on another
 * thread, and no method waits for the look-up.
 */
final class TopicLookUps {
  // Longer than any look-up takes. After this time another look-up is started.
  private static final long ABANDON_NANOS = Duration.ofSeconds(15).toNanos();

  private final TopicIds topicIds;
  private final Duration interval;
  private final LongSupplier nanoClock;
  private String topic = "";
  private @Nullable CompletableFuture<Uuid> inFlight;
  private boolean outdated;
  private long startedNanos;
  private long nextNanos;

  /**
   * @param interval time from an answer to the next look-up
   */
  TopicLookUps(TopicIds topicIds, Duration interval, LongSupplier nanoClock) {
    this.topicIds = topicIds;
    this.interval = interval;
    this.nanoClock = nanoClock;
    this.nextNanos = nanoClock.getAsLong();
  }

  void start(String topicName) {
    topic = topicName;
    start();
  }

  boolean isInFlight() {
    return inFlight != null;
  }

  /** When the last look-up was started. */
  long startedNanos() {
    return startedNanos;
  }

  /** Starts a look-up if none is in flight and the next one is due; returns whether it did. */
  boolean startIfDue() {
    if (inFlight != null || nanoClock.getAsLong() - nextNanos < 0) {
      return false;
    }
    start();
    return true;
  }

  /** Schedules the next look-up. */
  void scheduleAt(long nanos) {
    nextNanos = nanos;
  }

  /**
   * Ignores the answer of a look-up that is in flight. The answer may be older than what is known
   * now.
   */
  void ignoreAnswerInFlight() {
    outdated = true;
  }

  /** The answer, once; empty while there is none. Schedules the next look-up. */
  Optional<CompletableFuture<Uuid>> takeAnswer() {
    CompletableFuture<Uuid> answer = inFlight;
    if (answer == null) {
      return Optional.empty();
    }
    if (!answer.isDone()) {
      if (nanoClock.getAsLong() - startedNanos > ABANDON_NANOS) {
        inFlight = null;
      }
      return Optional.empty();
    }
    inFlight = null;
    if (outdated) {
      return Optional.empty();
    }
    nextNanos = nanoClock.getAsLong() + interval.toNanos();
    return Optional.of(answer);
  }

  /** The id in an answer that was not taken yet; empty if there is none. */
  Optional<Uuid> idNotTaken() {
    CompletableFuture<Uuid> answer = inFlight;
    return answer == null || outdated || !answer.isDone() || answer.isCompletedExceptionally()
        ? Optional.empty()
        : Optional.of(answer.join());
  }

  private void start() {
    startedNanos = nanoClock.getAsLong();
    outdated = false;
    inFlight = topicIds.lookUp(topic);
  }
}
