package io.wideevents.gateway.mongo;

import io.wideevents.event.EventId;
import io.wideevents.logging.Deadline;
import io.wideevents.mongo.Suspect;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The documents under suspicion, over all the calls that try to write them: a live one first, then
 * the spool's replay. Bounded: while there are too many, those that come later wait for their turn.
 * One that is not seen for long is forgotten, for another tier may have it. Safe for concurrent
 * use; never blocks for long.
 */
final class Suspects {
  private final int max;
  private final Duration memory;

  /** Longest unseen first. */
  private final Map<EventId, Entry> entries = new LinkedHashMap<>();

  private record Entry(Suspect suspect, Deadline until) {}

  /**
   * @param max how many at a time; each is written alone, at the cost of a write of its own
   * @param memory how long one is remembered that is not seen again; longer than a replay takes to
   *     come back to an event
   */
  Suspects(int max, Duration memory) {
    this.max = max;
    this.memory = memory;
  }

  /** Whether the document must be written alone. */
  synchronized boolean contains(EventId id) {
    return entries.containsKey(id);
  }

  /** The suspect, known or new; empty when there are too many. */
  synchronized Optional<Suspect> suspect(EventId id) {
    Entry known = entries.remove(id);
    if (known == null && entries.size() >= max && !forgetOne()) {
      return Optional.empty();
    }
    Suspect suspect = known == null ? new Suspect() : known.suspect();
    entries.put(id, new Entry(suspect, Deadline.after(memory)));
    return Optional.of(suspect);
  }

  /** The document is settled, one way or the other. */
  synchronized void clear(EventId id) {
    entries.remove(id);
  }

  private boolean forgetOne() {
    Map.Entry<EventId, Entry> longestUnseen = entries.entrySet().iterator().next();
    boolean forgotten = longestUnseen.getValue().until().remaining().isZero();
    if (forgotten) {
      entries.remove(longestUnseen.getKey());
    }
    return forgotten;
  }
}
