package io.wideevents.gateway.access;

/**
 * How many events one caller may send.
 *
 * @param eventsPerSecond in the long run, at least 1
 * @param burstEvents at once after a rest, at least 1
 */
public record RateLimit(int eventsPerSecond, int burstEvents) {
  /** The burst where none is set: so many seconds' worth. */
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
