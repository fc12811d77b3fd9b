package io.wideevents.time;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The time by which work must be answered, on a monotonic clock. The deadline includes its clock,
 * so that all parts of one call measure the same time.
 *
 * @param nanoTime the time on {@code clock} at which the deadline passes
 * @param clock monotonic, like {@link System#nanoTime}
 */
public record Deadline(long nanoTime, LongSupplier clock) {
  private static final LongSupplier SYSTEM = System::nanoTime;

  /** A deadline on the system's clock. */
  public static Deadline after(Duration duration) {
    return after(duration, SYSTEM);
  }

  /** A deadline on the given clock. */
  public static Deadline after(Duration duration, LongSupplier clock) {
    return new Deadline(clock.getAsLong() + duration.toNanos(), clock);
  }

  /** Time left; zero once the deadline has passed, never negative. */
  public Duration remaining() {
    return Duration.ofNanos(Math.max(0, nanoTime - clock.getAsLong()));
  }

  /** The earlier of this deadline and {@code duration} from now. */
  public Deadline atMost(Duration duration) {
    Deadline other = after(duration, clock);
    // Compares differences, not values, because nanoTime may overflow.
    return other.nanoTime - nanoTime < 0 ? other : this;
  }
}
