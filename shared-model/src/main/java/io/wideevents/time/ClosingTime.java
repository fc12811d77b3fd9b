package io.wideevents.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time a process has to end, shared by all parts that close one after the other: bounds of
 * their own would add up, and the last part, which is as a rule the one that makes things durable,
 * would find nothing left.
 *
 * <p>The clock starts when it is first asked. Safe for concurrent use.
 */
public final class ClosingTime {
  private final Duration bound;
  private final Duration kept;
  private final AtomicReference<@Nullable Deadline> end;

  /**
   * @param bound for everything together
   */
  public ClosingTime(Duration bound) {
    this(bound, Duration.ZERO, new AtomicReference<>());
  }

  private ClosingTime(Duration bound, Duration kept, AtomicReference<@Nullable Deadline> end) {
    this.bound = bound;
    this.kept = kept;
    this.end = end;
  }

  /** The same time, of which {@code more} is held back for the parts that close later. */
  public ClosingTime keeping(Duration more) {
    return new ClosingTime(bound, kept.plus(more), end);
  }

  /** Starts the clock, if it does not run: for a first part that has a bound of its own. */
  public void begin() {
    var unused = end();
  }

  /**
   * How long a part may take to close.
   *
   * @param wanted what it would take by itself
   * @return that, or what is left; zero or more
   */
  public Duration grant(Duration wanted) {
    Duration left = end().remaining().minus(kept);
    if (left.isNegative()) {
      return Duration.ZERO;
    }
    return wanted.compareTo(left) < 0 ? wanted : left;
  }

  private Deadline end() {
    Deadline known = end.get();
    if (known != null) {
      return known;
    }
    Deadline mine = Deadline.after(bound);
    Deadline other = end.compareAndExchange(null, mine);
    return other == null ? mine : other;
  }
}
