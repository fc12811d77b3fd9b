package io.wideevents.worker.batch;

import io.wideevents.mongo.batch.BatchSize;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Records that wait to be written again, first in, first out. They share one backoff, and at most
 * one write at a time takes from the queue.
 *
 * <p>The size of the next write adapts. A write without an answer halves the size, and the records
 * of that write go to the end of the queue. A record that makes whole writes fail is therefore
 * separated from the others within a few writes. A write that concludes all of its records doubles
 * the size.
 */
final class RetryQueue {
  // Limits the pause to 1.6 s with the worker's backoff, because a record that MongoDB would store
  // may wait behind records that fail. While MongoDB is down, its probes have a longer backoff.
  private static final int MOST_FAILURES = 5;

  private final int maxEvents;
  private final long maxBytes;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final ArrayDeque<RetryRecord> waiting = new ArrayDeque<>();
  private int writeSize;
  private int failures;
  private long notBeforeNanos;

  RetryQueue(BatchLimits limits, Backoff backoff, LongSupplier nanoClock) {
    this.maxEvents = limits.events();
    this.maxBytes = limits.batchBytes();
    this.backoff = backoff;
    this.nanoClock = nanoClock;
    this.writeSize = maxEvents;
    this.notBeforeNanos = nanoClock.getAsLong();
  }

  void add(RetryRecord retry) {
    waiting.addLast(retry);
  }

  int size() {
    return waiting.size();
  }

  /** Nanoseconds until the backoff ends; zero or less when the next write may start. */
  long nanosUntilDue() {
    return notBeforeNanos - nanoClock.getAsLong();
  }

  /** Takes the records of the next write; at least one if any record waits. */
  List<RetryRecord> take() {
    BatchSize size = new BatchSize(writeSize, maxBytes);
    List<RetryRecord> taken = new ArrayList<>(Math.min(writeSize, waiting.size()));
    long bytes = 0;
    while (!waiting.isEmpty()) {
      long next = waiting.getFirst().record().heldBytes();
      if (!size.fits(taken.size(), bytes, next)) {
        break;
      }
      bytes += next;
      taken.add(waiting.removeFirst());
    }
    return taken;
  }

  /** Reports a write without an answer. One of its records may be the cause. */
  void unanswered() {
    writeSize = Math.max(1, writeSize / 2);
    failed();
  }

  /** Reports a write that was answered with errors for some or all of its records. */
  void failed() {
    failures = Math.min(failures + 1, MOST_FAILURES);
    pause(failures);
  }

  /** Reports a write that concluded all of its records. */
  void succeeded() {
    writeSize = Math.min(maxEvents, 2 * writeSize);
    retryNow();
  }

  /** Ends the backoff, because the outage that caused it is over. */
  void retryNow() {
    failures = 0;
    notBeforeNanos = nanoClock.getAsLong();
  }

  /** Ensures that a record that has just failed is not written again at once. */
  void pauseIfDue() {
    if (nanosUntilDue() <= 0) {
      pause(1);
    }
  }

  List<RetryRecord> removeIf(Predicate<RetryRecord> matches) {
    List<RetryRecord> found = new ArrayList<>();
    waiting.removeIf(
        retry -> {
          boolean match = matches.test(retry);
          if (match) {
            found.add(retry);
          }
          return match;
        });
    return found;
  }

  private void pause(int failuresInARow) {
    Duration pause = backoff.after(failuresInARow);
    notBeforeNanos = nanoClock.getAsLong() + pause.toNanos();
  }
}
