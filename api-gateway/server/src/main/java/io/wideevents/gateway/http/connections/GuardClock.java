package io.wideevents.gateway.http.connections;

/**
 * The time of the last sweep: cheap to read for every byte that comes. It stands still while the
 * process does, so that a long pause closes no connection. Safe for concurrent use; one thread
 * advances it.
 */
final class GuardClock {
  private final long maxStepNanos;
  private volatile long now = 1;
  private long lastNanos = System.nanoTime();

  /**
   * @param maxStepNanos what one sweep advances the time by at most
   */
  GuardClock(long maxStepNanos) {
    this.maxStepNanos = maxStepNanos;
  }

  /** Nanoseconds since the start; never 0. */
  long now() {
    return now;
  }

  /**
   * Lets the time since the last call pass.
   *
   * @return the time now
   */
  long advance() {
    long nanos = System.nanoTime();
    long next = now + Math.min(maxStepNanos, nanos - lastNanos);
    lastNanos = nanos;
    now = next;
    return next;
  }
}
