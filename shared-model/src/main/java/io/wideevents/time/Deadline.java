package io.wideevents.time;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
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
  private static final long CHECK_NANOS = Duration.ofMillis(5).toNanos();

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

  /**
   * Blocks until the condition holds, until this deadline at most. Checks the condition every 5 ms.
   * An interrupt does not end the wait; the interrupt flag is set again at the end.
   */
  public void await(BooleanSupplier condition) {
    boolean interrupted = false;
    while (!condition.getAsBoolean() && !remaining().isZero()) {
      LockSupport.parkNanos(this, Math.min(remaining().toNanos(), CHECK_NANOS));
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
