package io.wideevents.toolbox.sample;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Spreads events evenly over time, however long each takes: an open loop. Safe for concurrent use.
 */
final class Pacer {
  private final double nanosPerEvent;
  private long dueNanos = System.nanoTime();

  /**
   * Starts the pace now.
   *
   * @param eventsPerSecond 0 for no limit
   */
  Pacer(double eventsPerSecond) {
    this.nanosPerEvent = eventsPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
  }

  /** Blocks until the next {@code events} are due. */
  void await(int events) throws InterruptedException {
    Thread.sleep(Duration.ofNanos(Math.max(0, reserve(events) - System.nanoTime())));
  }

  private synchronized long reserve(int events) {
    long due = dueNanos;
    dueNanos += (long) (events * nanosPerEvent);
    return due;
  }
}
