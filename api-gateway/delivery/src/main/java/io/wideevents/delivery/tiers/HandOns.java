package io.wideevents.delivery.tiers;

import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Counts the calls that a tier has not answered yet or whose events are on the way to the next
 * tier.
 */
final class HandOns {
  private int open;

  synchronized void begin() {
    open++;
  }

  synchronized void end() {
    open--;
    notifyAll();
  }

  /** Waits until the count is zero, the timeout has passed or the thread is interrupted. */
  synchronized void awaitNone(Duration timeout) {
    Deadline end = Deadline.after(timeout);
    try {
      while (open > 0 && !end.remaining().isZero()) {
        TimeUnit.NANOSECONDS.timedWait(this, end.remaining().toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
