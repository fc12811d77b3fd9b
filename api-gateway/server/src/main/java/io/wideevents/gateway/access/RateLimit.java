package io.wideevents.gateway.access;

/**
 * The rate limit of one caller. Immutable.
 *
 * @param eventsPerSecond average rate, at least 1
 * @param burstEvents events that may be sent at once after a pause, at least 1
 */
public record RateLimit(int eventsPerSecond, int burstEvents) {
  /** The default burst, in seconds of {@code eventsPerSecond}. */
  public static final int DEFAULT_BURST_SECONDS = 10;

  public RateLimit {
    if (eventsPerSecond < 1) {
      throw new IllegalArgumentException("eventsPerSecond=" + eventsPerSecond + " is not positive");
    }
    if (burstEvents < 1) {
      throw new IllegalArgumentException("burstEvents=" + burstEvents + " is not positive");
    }
  }
}
