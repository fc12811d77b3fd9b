package io.wideevents.time;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The time a process has to close, shared by all parts that close one after the other. Separate
 * limits would add up, and the last part, which usually makes events durable, would have no time
 * left.
 *
 * <p>The clock starts with the first call of {@link #begin} or {@link #grant}. Safe for concurrent
 * use.
 */
public final class ClosingTime {
  private final Duration bound;
  private final Duration kept;
  private final AtomicReference<@Nullable Deadline> end;

  /**
   * @param bound for all parts together
   */
  public ClosingTime(Duration bound) {
    this(bound, Duration.ZERO, new AtomicReference<>());
  }

  private ClosingTime(Duration bound, Duration kept, AtomicReference<@Nullable Deadline> end) {
    this.bound = bound;
    this.kept = kept;
    this.end = end;
  }

  /** The same time, with {@code more} reserved for the parts that close later. */
  public ClosingTime keeping(Duration more) {
    return new ClosingTime(bound, kept.plus(more), end);
  }

  /** Starts the clock if it is not running; for a first part with its own limit. */
  public void begin() {
    var unused = end();
  }

  /**
   * How long a part may take to close.
   *
   * @param wanted the time that the part would take without a limit
   * @return {@code wanted}, or the time left if that is less; zero or more
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
