package io.wideevents.worker.batch;

import io.wideevents.mongo.WriteFailures;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether MongoDB takes writes, as far as the writes themselves have shown, and when the next write
 * may start. Logs each transition once.
 *
 * <p>Changed by the polling thread only; {@link #isDown} and {@link #downReason} may be read by any
 * thread.
 */
final class DatabaseState {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseState.class);

  // The longest pause between two writes to a server that answers, with errors: 1.6 s with the
  // worker's backoff. Among the records that fail may be one that would be stored.
  private static final int MOST_SLOW_DOWNS = 5;

  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private volatile boolean down;
  private volatile String downReason = "";
  private int failures;
  private int slowDowns;
  private long downSinceNanos;
  private long nextProbeNanos;
  private long nextWriteNanos;

  DatabaseState(Backoff backoff, LongSupplier nanoClock) {
    this.backoff = backoff;
    this.nanoClock = nanoClock;
    this.nextWriteNanos = nanoClock.getAsLong();
  }

  boolean isDown() {
    return down;
  }

  /** Why MongoDB takes no writes: the server's code and text; empty while it takes writes. */
  String downReason() {
    return downReason;
  }

  /** Whether MongoDB rejected a part of the last write because it is overloaded. */
  boolean isSlowedDown() {
    return slowDowns > 0;
  }

  /** Nanoseconds until the next write of new records may start; at most zero when it may now. */
  long nanosUntilWrite() {
    return (down ? nextProbeNanos : nextWriteNanos) - nanoClock.getAsLong();
  }

  /**
   * A write concluded none of its documents, and no other write did in the meantime.
   *
   * @param answered whether the server answered for its documents, with errors
   */
  void failed(Throwable cause, boolean answered) {
    long now = nanoClock.getAsLong();
    failures = answered ? Math.min(failures + 1, MOST_SLOW_DOWNS) : failures + 1;
    nextProbeNanos = now + backoff.after(failures).toNanos();
    downReason = WriteFailures.text(cause);
    if (!down) {
      down = true;
      downSinceNanos = now;
      LOG.atWarn()
          .addKeyValue("code", WriteFailures.code(cause).orElse(0))
          .addKeyValue("error", downReason)
          .log(
              "MongoDB took no write; polling pauses, nothing is committed, writes are retried until"
                  + " MongoDB takes one");
    }
  }

  /**
   * MongoDB has answered for at least one document.
   *
   * @return whether it was down until now
   */
  boolean answered() {
    if (!down) {
      return false;
    }
    down = false;
    downReason = "";
    failures = 0;
    long millis = Duration.ofNanos(nanoClock.getAsLong() - downSinceNanos).toMillis();
    LOG.atInfo().addKeyValue("durationMs", millis).log("MongoDB takes writes again");
    return true;
  }

  /** MongoDB rejected documents of a write because it is overloaded: the next write waits. */
  void slowDown() {
    if (slowDowns == 0) {
      LOG.warn("MongoDB rejects a part of the writes; writes are slowed down until it takes all");
    }
    slowDowns = Math.min(slowDowns + 1, MOST_SLOW_DOWNS);
    nextWriteNanos = nanoClock.getAsLong() + backoff.after(slowDowns).toNanos();
  }

  /** MongoDB took a whole write: the next write need not wait. */
  void tookAll() {
    slowDowns = 0;
    nextWriteNanos = nanoClock.getAsLong();
  }
}
