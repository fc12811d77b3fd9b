package io.wideevents.log;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Limits the rate of a log line that repeats during a failure. The first line is shown at once.
 * Later lines are shown at most once per interval, each with the number of lines held back since.
 *
 * <pre>{@code
 * throttle.tryShow().ifPresent(heldBack ->
 *     log.atWarn().addKeyValue("notShown", heldBack).log("MongoDB refused a batch"));
 * }</pre>
 *
 * <p>Safe for concurrent use; blocks only for a short lock.
 */
public final class LogThrottle {
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private boolean shownBefore;
  private long lastShown;
  private long heldBack;

  /**
   * @param interval minimum time between two lines
   */
  public LogThrottle(Duration interval) {
    this(interval, System::nanoTime);
  }

  /**
   * @param nanoTime a clock like {@link System#nanoTime}, for tests
   */
  public LogThrottle(Duration interval, LongSupplier nanoTime) {
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Decides whether to show the line now.
   *
   * @return the number of lines held back since the last one shown; empty if this line is held back
   */
  public synchronized OptionalLong tryShow() {
    long now = nanoTime.getAsLong();
    if (shownBefore && now - lastShown < intervalNanos) {
      heldBack++;
      return OptionalLong.empty();
    }
    OptionalLong since = OptionalLong.of(heldBack);
    shownBefore = true;
    lastShown = now;
    heldBack = 0;
    return since;
  }

  /**
   * Shows the line now, or holds it back. Never throws: an exception of the host's logging must not
   * fail the event that the line is about, or the thread.
   *
   * @param line logs, given the number of lines held back since the last one shown
   */
  public void show(LongConsumer line) {
    safely(() -> tryShow().ifPresent(line));
  }

  /**
   * Logs a line without a rate limit. Never throws, as {@link #show}; for threads and futures on
   * which others wait.
   *
   * @param line logs
   */
  public static void safely(Runnable line) {
    try {
      line.run();
    } catch (Throwable e) {
      // The failure cannot be reported, because logging itself is broken.
    }
  }

  /** Shows the next line at once; called after a failure has ended. */
  public synchronized void reset() {
    shownBefore = false;
    heldBack = 0;
  }
}
