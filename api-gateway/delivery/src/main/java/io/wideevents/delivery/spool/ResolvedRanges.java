package io.wideevents.delivery.spool;

import java.util.Map;
import java.util.TreeMap;

/**
 * The ranges of a segment that need no delivery any more. Events are removed almost in order, so
 * the ranges merge into one at the front and a few behind it. Memory grows with the number of
 * events that stay, not with the number of removed events. Not safe for concurrent use.
 */
final class ResolvedRanges {
  private record Range(int to, int events) {}

  private final TreeMap<Integer, Range> behind = new TreeMap<>();
  private int front;
  private int frontEvents;
  private int events;

  /** Everything before {@code front} is resolved, with {@code frontEvents} events in it. */
  ResolvedRanges(int front, int frontEvents) {
    this.front = front;
    this.frontEvents = frontEvents;
    this.events = frontEvents;
  }

  /** Adds a whole frame or a damaged range. A range that is resolved already changes nothing. */
  void add(int from, int to, int eventsWithin) {
    if (firstUnresolved(from) != from) {
      return;
    }
    events += eventsWithin;
    int start = from;
    int count = eventsWithin;
    Map.Entry<Integer, Range> before = behind.lowerEntry(from);
    if (before != null && before.getValue().to == from) {
      start = before.getKey();
      count += before.getValue().events;
    }
    int end = to;
    Range after = behind.remove(to);
    if (after != null) {
      end = after.to;
      count += after.events;
    }
    if (start == front) {
      front = end;
      frontEvents += count;
    } else {
      behind.put(start, new Range(end, count));
    }
  }

  /** The first offset at or after {@code offset} that is not resolved. */
  int firstUnresolved(int offset) {
    if (offset < front) {
      return front;
    }
    Map.Entry<Integer, Range> at = behind.floorEntry(offset);
    return at != null && at.getValue().to > offset ? at.getValue().to : offset;
  }

  int front() {
    return front;
  }

  int frontEvents() {
    return frontEvents;
  }

  int events() {
    return events;
  }
}
