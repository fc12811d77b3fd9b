package io.wideevents.worker.simulation;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventId;

/** One content that a producer wrote, in one or more records. */
final class SimulatedEvent {
  enum Kind {
    WELL,
    /** Another content has the same id: the second one to arrive becomes a dead letter. */
    CONFLICT,
    /** No JSON: a dead letter without a write. */
    MALFORMED,
    /** MongoDB refuses it with a code of the closed list. */
    REFUSED,
    /** MongoDB refuses it with an unknown code, until an operator removes the cause. */
    POISON,
    /** No server survives the write that contains it, until an operator removes the cause. */
    FATAL
  }

  final int number;
  final Kind kind;
  final byte[] value;

  /** Of a malformed event: an id that no document has. */
  final EventId id;

  final ContentHash hash;

  /** Whether another producer wrote it, so that the wall clock decides whether it is expired. */
  final boolean foreign;

  boolean stored;

  /** Writes with this event in them that were not answered in order. */
  int faultyWrites;

  SimulatedEvent(
      int number, Kind kind, byte[] value, EventId id, ContentHash hash, boolean foreign) {
    this.number = number;
    this.kind = kind;
    this.value = value;
    this.id = id;
    this.hash = hash;
    this.foreign = foreign;
  }

  boolean isWell() {
    return kind == Kind.WELL;
  }

  @Override
  public String toString() {
    return kind + "-" + number;
  }
}
