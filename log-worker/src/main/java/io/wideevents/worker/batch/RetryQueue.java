package io.wideevents.worker.batch;

import io.wideevents.worker.retry.Backoff;
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
 * <p>The size of that write adapts. A write that concludes none of its records halves the size and
 * its records go to the end, so that a record that makes whole writes fail is separated from the
 * others within a few writes. A write that concludes all of its records doubles the size.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class RetryQueue {
  // The longest pause while writes conclude a part of their records: 1.6 s with the worker's
  // backoff.
  private static final int MOST_PARTIAL_FAILURES = 5;

  // Once may be the end of an outage.
  private static final int FAILURES_ALONE_OF_A_TEST = 2;

  private final int maxEvents;
  private final long maxBytes;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final ArrayDeque<RetryRecord> waiting = new ArrayDeque<>();
  private int writeSize;
  private int failures;
  private int partialFailures;
  private int untested;
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
    untested += isTested(retry) ? 0 : 1;
  }

  int size() {
    return waiting.size();
  }

  /** Whether each record failed at least twice in a write of its own; true when none waits. */
  boolean allFailedAlone() {
    return untested == 0;
  }

  /** Nanoseconds until the backoff ends; at most zero when the next write may start. */
  long nanosUntilDue() {
    return notBeforeNanos - nanoClock.getAsLong();
  }

  /** Takes the records of the next write: none that is void, at least one if any waits. */
  List<RetryRecord> take() {
    List<RetryRecord> taken = new ArrayList<>(Math.min(writeSize, waiting.size()));
    long bytes = 0;
    while (taken.size() < writeSize && !waiting.isEmpty()) {
      long next = waiting.getFirst().record().heldBytes();
      if (!taken.isEmpty() && bytes + next > maxBytes) {
        break;
      }
      bytes += next;
      taken.add(removed(waiting.removeFirst()));
    }
    return taken;
  }

  /** Records that a write concluded none of its records. */
  void failed() {
    failures++;
    writeSize = Math.max(1, writeSize / 2);
    pause(failures);
  }

  /**
   * Records that a write concluded records.
   *
   * @param all whether it concluded all of its records
   */
  void progressed(boolean all) {
    failures = 0;
    if (all) {
      partialFailures = 0;
      writeSize = Math.min(maxEvents, 2 * writeSize);
      notBeforeNanos = nanoClock.getAsLong();
    } else {
      partialFailures = Math.min(partialFailures + 1, MOST_PARTIAL_FAILURES);
      pause(partialFailures);
    }
  }

  /** Ends the backoff: an outage that it was meant for is over. */
  void retryNow() {
    failures = 0;
    notBeforeNanos = nanoClock.getAsLong();
  }

  /** Makes sure that a record which has just failed is not written again at once. */
  void pauseIfDue() {
    if (nanosUntilDue() <= 0) {
      pause(1);
    }
  }

  /** Removes and returns the records that match. */
  List<RetryRecord> removeIf(Predicate<RetryRecord> matches) {
    List<RetryRecord> found = new ArrayList<>();
    waiting.removeIf(
        retry -> {
          boolean match = matches.test(retry);
          if (match) {
            found.add(removed(retry));
          }
          return match;
        });
    return found;
  }

  private RetryRecord removed(RetryRecord retry) {
    untested -= isTested(retry) ? 0 : 1;
    return retry;
  }

  private static boolean isTested(RetryRecord retry) {
    return retry.failuresAlone() >= FAILURES_ALONE_OF_A_TEST;
  }

  private void pause(int failuresInARow) {
    Duration pause = backoff.after(failuresInARow);
    notBeforeNanos = nanoClock.getAsLong() + pause.toNanos();
  }
}
