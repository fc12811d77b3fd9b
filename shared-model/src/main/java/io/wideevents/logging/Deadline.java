package io.wideevents.logging;

import java.time.Duration;

/**
 * A point in time by which work must be answered, on the monotonic clock.
 *
 * @param nanoTime the {@link System#nanoTime} at which time is up
 */
public record Deadline(long nanoTime) {

  public static Deadline after(Duration duration) {
    return new Deadline(System.nanoTime() + duration.toNanos());
  }

  /** Time left; zero once the deadline has passed, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
  }

  /** The earlier of this deadline and {@code duration} from now. */
  public Deadline atMost(Duration duration) {
    Deadline other = after(duration);
    // Differences, not values: nanoTime may overflow.
    return other.nanoTime - nanoTime < 0 ? other : this;
  }
}
