package io.wideevents.log;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Thins out a log line that would repeat for as long as something is broken: the first is shown at
 * once, later ones at most every interval, each with the number held back since.
 *
 * <pre>{@code
 * throttle.tryShow().ifPresent(heldBack ->
 *     log.atWarn().addKeyValue("notShown", heldBack).log("MongoDB refused a batch"));
 * }</pre>
 *
 * <p>Safe for concurrent use; never blocks for long.
 */
public final class LogThrottle {
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private boolean shownBefore;
  private long lastShown;
  private long heldBack;

  /**
   * @param interval shortest time between two lines shown
   */
  public LogThrottle(Duration interval) {
    this(interval, System::nanoTime);
  }

  /**
   * @param nanoTime a clock as {@link System#nanoTime}, for tests
   */
  public LogThrottle(Duration interval, LongSupplier nanoTime) {
    this.intervalNanos = interval.toNanos();
    this.nanoTime = nanoTime;
  }

  /**
   * Asks whether to show the line now.
   *
   * @return how many were held back since the last one shown; empty when this one is held back
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
   * Shows the line now, or holds it back. Throws nothing: what the host's logging throws must not
   * cost the event that the line is about, nor the thread.
   *
   * @param line logs, given how many lines were held back since the last one shown
   */
  public void show(LongConsumer line) {
    safely(() -> tryShow().ifPresent(line));
  }

  /**
   * Logs a line that needs no rate limit. Throws nothing, as {@link #show}: for lines of threads
   * and futures that others wait for.
   *
   * @param line logs
   */
  public static void safely(Runnable line) {
    try {
      line.run();
    } catch (Throwable e) {
      // There is nowhere to report it: logging itself is broken.
    }
  }

  /** Makes the next line show at once: what was broken has been mended, so it is news again. */
  public synchronized void reset() {
    shownBefore = false;
    heldBack = 0;
  }
}
