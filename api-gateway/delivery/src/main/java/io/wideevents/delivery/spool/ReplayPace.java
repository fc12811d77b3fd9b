package io.wideevents.delivery.spool;

import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The rate and the backoff of a replay, and the clock that both use.
 *
 * @param eventsPerSecond maximum rate, at least 1
 * @param nanoTime monotonic clock, as {@link System#nanoTime}, also used for deadlines
 */
record ReplayPace(int eventsPerSecond, Backoff backoff, LongSupplier nanoTime) {
  private static final Duration FIRST_BACKOFF = Duration.ofMillis(100);

  /** Short, because only the next attempt detects the end of an outage. */
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(5);

  ReplayPace(int eventsPerSecond, RandomGenerator random, LongSupplier nanoTime) {
    this(eventsPerSecond, new Backoff(FIRST_BACKOFF, LONGEST_BACKOFF, random), nanoTime);
  }

  long now() {
    return nanoTime.getAsLong();
  }

  /** Nanoseconds from the begin of a send to the begin of the next one. */
  long nanosFor(int events) {
    return events * 1_000_000_000L / eventsPerSecond;
  }

  long backoffNanos(int failedInRow) {
    return backoff.after(failedInRow).toNanos();
  }
}
