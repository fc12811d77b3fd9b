package io.wideevents.delivery.spool;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which stretches of a segment need no delivery any more. Removal is almost in order, so the
 * stretches melt into one that begins at the front and a few behind it: memory grows with the
 * number of events that stay behind, not with those that leave. Not safe for concurrent use.
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

  /** Adds a whole frame or a damaged stretch; one that is resolved already changes nothing. */
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

  /** End of the resolved stretch that begins at the segment's front. */
  int front() {
    return front;
  }

  /** Events before {@link #front}. */
  int frontEvents() {
    return frontEvents;
  }

  /** All resolved events. */
  int events() {
    return events;
  }
}
