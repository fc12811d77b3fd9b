package io.wideevents.worker.batch;

import io.wideevents.mongo.WriteFailures;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether MongoDB takes writes, as the outcomes of the writes show, and when the next write may
 * start. Logs each transition once.
 *
 * <p>Changed by the polling thread only; {@link #isDown} and {@link #downReason} may be read by any
 * thread.
 */
final class DatabaseState {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseState.class);

  // Limits the pause between two writes to a server that answers with errors: 1.6 s with the
  // worker's backoff. One of the waiting records may be one that MongoDB would store.
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

  /** The server's code and text while MongoDB takes no writes; empty otherwise. */
  String downReason() {
    return downReason;
  }

  boolean isSlowedDown() {
    return slowDowns > 0;
  }

  /**
   * Nanoseconds until the next write of new records may start; zero or less when it may start now.
   */
  long nanosUntilWrite() {
    return (down ? nextProbeNanos : nextWriteNanos) - nanoClock.getAsLong();
  }

  /**
   * Reports a write that concluded none of its documents while no other write concluded one.
   *
   * @param answered whether the reply has errors of single documents
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
   * Reports that MongoDB has stored or rejected at least one document.
   *
   * @return whether MongoDB counted as down until now
   */
  boolean recovered() {
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

  /** Delays the next write, because MongoDB is overloaded and rejected documents. */
  void slowDown() {
    if (slowDowns == 0) {
      LOG.warn("MongoDB rejects a part of the writes; writes are slowed down until it takes all");
    }
    slowDowns = Math.min(slowDowns + 1, MOST_SLOW_DOWNS);
    nextWriteNanos = nanoClock.getAsLong() + backoff.after(slowDowns).toNanos();
  }

  /** Ends the delay, because MongoDB concluded all documents of a write. */
  void tookAll() {
    slowDowns = 0;
    nextWriteNanos = nanoClock.getAsLong();
  }
}
