package io.wideevents.worker.batch;

import io.wideevents.mongo.batch.BatchSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Records that wait for their batch, in the order in which they were polled. A batch is due by
 * count, by bytes, or by the age of its first record.
 */
final class BatchAccumulator {
  private final BatchLimits limits;
  private final ArrayDeque<PendingRecord> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private boolean flushing;

  BatchAccumulator(BatchLimits limits) {
    this.limits = limits;
  }

  void add(PendingRecord record) {
    waiting.addLast(record);
    waitingBytes += record.heldBytes();
  }

  int size() {
    return waiting.size();
  }

  long bytes() {
    return waitingBytes;
  }

  /** Makes all waiting records due at once. */
  void flush() {
    flushing = !waiting.isEmpty();
  }

  /**
   * @param moreToCome whether the next poll is known to return records at once; a batch then waits
   *     for them up to its largest size
   */
  boolean isDue(long nowNanos, boolean moreToCome) {
    if (waiting.isEmpty()) {
      return false;
    }
    int enough = moreToCome ? limits.catchUpEvents() : limits.events();
    return flushing
        || waiting.size() >= enough
        || waitingBytes >= limits.batchBytes()
        || nanosUntilDue(nowNanos) <= 0;
  }

  /** Nanoseconds until the first record reaches the maximum age; zero or less after that. */
  long nanosUntilDue(long nowNanos) {
    PendingRecord first = waiting.peekFirst();
    return first == null
        ? Long.MAX_VALUE
        : first.polledNanos() + limits.maxAge().toNanos() - nowNanos;
  }

  /**
   * Takes the next batch. Its limit is the batch size, or the larger catch-up size when more
   * records wait. A batch has at least one record.
   */
  List<PendingRecord> take() {
    return take(waiting.size() > limits.events() ? limits.catchUpEvents() : limits.events());
  }

  /**
   * Takes at most {@code most} records, within the byte limit; at least one if any record waits.
   */
  List<PendingRecord> take(int most) {
    BatchSize size = new BatchSize(most, limits.batchBytes());
    List<PendingRecord> batch = new ArrayList<>(Math.min(most, waiting.size()));
    long bytes = 0;
    while (!waiting.isEmpty()) {
      long next = waiting.getFirst().heldBytes();
      if (!size.fits(batch.size(), bytes, next)) {
        break;
      }
      bytes += next;
      batch.add(waiting.removeFirst());
    }
    waitingBytes -= bytes;
    flushing = flushing && !waiting.isEmpty();
    return batch;
  }

  /** Removes the records whose assignment has ended, and passes each to {@code discarded}. */
  void discardEnded(Consumer<PendingRecord> discarded) {
    waiting.removeIf(
        record -> {
          if (!record.place().isDiscarded()) {
            return false;
          }
          waitingBytes -= record.heldBytes();
          discarded.accept(record);
          return true;
        });
    flushing = flushing && !waiting.isEmpty();
  }
}
