package io.wideevents.gateway.http.connections;

/**
 * The time of the last sweep, which is cheap to read for every received byte. Each sweep advances
 * it by a limited step, so that a long pause of the process closes no connection. Safe for
 * concurrent use; one thread advances it.
 */
final class GuardClock {
  private final long maxStepNanos;
  private volatile long now = 1;
  private long lastNanos = System.nanoTime();

  /**
   * @param maxStepNanos the most that one call advances the time
   */
  GuardClock(long maxStepNanos) {
    this.maxStepNanos = maxStepNanos;
  }

  /** Nanoseconds since the start; never 0. */
  long now() {
    return now;
  }

  /**
   * Advances the time by the time since the last call, up to the largest step.
   *
   * @return the new time
   */
  long advance() {
    long nanos = System.nanoTime();
    long next = now + Math.min(maxStepNanos, nanos - lastNanos);
    lastNanos = nanos;
    now = next;
    return next;
  }
}
