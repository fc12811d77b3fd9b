package io.wideevents.worker.batch;

import io.wideevents.worker.retry.Backoff;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the database takes writes, as far as the writes themselves have shown, and when to try
 * again if it does not. Logs once a transition.
 *
 * <p>Changed by the polling thread only; {@link #isDown} may be read by any.
 */
final class DatabaseState {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseState.class);

  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private volatile boolean down;
  private int failures;
  private long downSinceNanos;
  private long nextProbeNanos;

  DatabaseState(Backoff backoff, LongSupplier nanoClock) {
    this.backoff = backoff;
    this.nanoClock = nanoClock;
  }

  boolean isDown() {
    return down;
  }

  /** Nanoseconds until the next write may be tried; at most zero when it may now. */
  long nanosUntilProbe() {
    return down ? nextProbeNanos - nanoClock.getAsLong() : 0;
  }

  /** A whole write went without an answer. */
  void unanswered(Throwable cause) {
    long now = nanoClock.getAsLong();
    failures++;
    nextProbeNanos = now + backoff.after(failures).toNanos();
    if (!down) {
      down = true;
      downSinceNanos = now;
      LOG.atWarn()
          .addKeyValue("error", cause)
          .log(
              "MongoDB took no write; polling pauses, nothing is committed, retrying until it does");
    }
  }

  /**
   * The database has settled at least one document.
   *
   * @return whether it was down until now
   */
  boolean answered() {
    if (!down) {
      return false;
    }
    down = false;
    failures = 0;
    long millis = Duration.ofNanos(nanoClock.getAsLong() - downSinceNanos).toMillis();
    LOG.atInfo().addKeyValue("durationMs", millis).log("MongoDB takes writes again");
    return true;
  }
}
