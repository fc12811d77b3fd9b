package io.wideevents.log;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Logs a failure on transition, and then at a limited rate. The first line of a failure is shown at
 * once. Later lines are shown at most once per interval, each with the number of lines held back
 * since. The end of the failure is logged once.
 *
 * <pre>{@code
 * throttle.show(heldBack ->
 *     log.atWarn().addKeyValue("notShown", heldBack).log("MongoDB rejected a batch"));
 * ...
 * throttle.ended(() -> log.info("MongoDB takes batches again"));
 * }</pre>
 *
 * <p>Safe for concurrent use; blocks only for a short lock. {@link #reset} and {@link #ended} take
 * no lock while there is no failure.
 */
public final class LogThrottle {
  private final long intervalNanos;
  private final LongSupplier nanoTime;
  private volatile boolean shownBefore;
  private long lastShown;
  private long heldBack;
  private String kind = "";

  /** Shows only the first line of each failure; {@link #reset} or {@link #ended} ends a failure. */
  public static LogThrottle oncePerFailure() {
    return new LogThrottle(Duration.ofNanos(Long.MAX_VALUE));
  }

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
   * Like {@link #show(LongConsumer)}, but a failure of another kind than the last one is shown at
   * once.
   *
   * @param failureKind for example the text of an error, or the reason of a rejection
   */
  public void show(String failureKind, LongConsumer line) {
    safely(() -> tryShow(failureKind).ifPresent(line));
  }

  private synchronized OptionalLong tryShow(String failureKind) {
    if (!failureKind.equals(kind)) {
      kind = failureKind;
      shownBefore = false;
    }
    return tryShow();
  }

  /**
   * Logs a line without a rate limit. Never throws, as {@link #show}. For code whose result must
   * not depend on logging.
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

  /** Ends the failure: the next line is shown at once. */
  public void reset() {
    var unused = end();
  }

  /**
   * Ends the failure, as {@link #reset}. Logs the line if the failure was logged. Never throws.
   *
   * @param line logs that the failure has ended
   */
  public void ended(Runnable line) {
    if (end()) {
      safely(line);
    }
  }

  /** Returns whether there was a failure. */
  private boolean end() {
    if (!shownBefore) {
      return false;
    }
    synchronized (this) {
      boolean wasShown = shownBefore;
      shownBefore = false;
      heldBack = 0;
      kind = "";
      return wasShown;
    }
  }
}
