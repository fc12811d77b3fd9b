package io.wideevents.worker.offset;

import org.jspecify.annotations.Nullable;

/**
 * The polled records of a partition that are not complete, as a linked list in the order of their
 * offsets. Memory is used for these records only. Appending a record and unlinking one at any
 * position take constant time and allocate nothing: the links are fields of the records.
 */
final class IncompleteRecords {
  private @Nullable TrackedOffset first;
  private @Nullable TrackedOffset last;
  private int count;

  /** The record with the lowest offset; null when there is none. */
  @Nullable TrackedOffset first() {
    return first;
  }

  int count() {
    return count;
  }

  /** Adds a record whose offset is higher than that of every record before. */
  void append(TrackedOffset record) {
    record.previous = last;
    if (last == null) {
      first = record;
    } else {
      last.next = record;
    }
    last = record;
    count++;
  }

  /** Removes a record of this list. */
  void unlink(TrackedOffset record) {
    TrackedOffset previous = record.previous;
    TrackedOffset next = record.next;
    if (previous == null) {
      first = next;
    } else {
      previous.next = next;
    }
    if (next == null) {
      last = previous;
    } else {
      next.previous = previous;
    }
    // Cleared, so that a completed record that is still referenced does not keep others in memory.
    record.previous = null;
    record.next = null;
    count--;
  }

  /** Removes and discards the records below an offset. */
  void discardBelow(long offset) {
    for (TrackedOffset head = first; head != null && head.offset() < offset; head = first) {
      head.discard();
      unlink(head);
    }
  }

  /** Removes all records. */
  void clear() {
    first = null;
    last = null;
    count = 0;
  }
}
