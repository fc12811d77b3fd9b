package io.wideevents.toolbox.chaos;

import io.wideevents.toolbox.pipeline.EventComparison;
import io.wideevents.toolbox.pipeline.StoredEvents;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Compares the collection and the dead-letter topic with the ledger. Generates every posted event
 * again, so that memory holds the ids and not the events. Used once, by one thread.
 */
final class StoredCheck {
  private static final int CHUNK = 500;
  private static final int MOST_EXAMPLES = 10;

  private final ChaosSettings settings;
  private final Ledger ledger;
  private final DeadLetters deadLetters;
  private final StoredEvents events;
  private final List<String> examples = new ArrayList<>();
  private long storedUnacknowledged;
  private long lost;
  private long duplicates;
  private long unequal;

  /**
   * @param ledger does not change any more
   */
  StoredCheck(ChaosSettings settings, Ledger ledger, DeadLetters deadLetters, StoredEvents events) {
    this.settings = settings;
    this.ledger = ledger;
    this.deadLetters = deadLetters;
    this.events = events;
  }

  /** Reads the whole collection. Blocks until that is done. */
  Findings run() {
    Set<UUID> unexpected = storedIds();
    long stored = unexpected.size() + duplicates;
    EventStream stream = new EventStream(settings.seed(), settings.start());
    for (int first = 0; first < ledger.posted(); first += CHUNK) {
      List<PostedEvent> chunk = new ArrayList<>(CHUNK);
      for (int place = first; place < Math.min(first + CHUNK, ledger.posted()); place++) {
        chunk.add(stream.next());
      }
      Map<UUID, RawBsonDocument> found = events.byId(chunk.stream().map(PostedEvent::id).toList());
      for (int i = 0; i < chunk.size(); i++) {
        unexpected.remove(chunk.get(i).id());
        check(first + i, chunk.get(i), found.get(chunk.get(i).id()));
      }
    }
    unexpected.forEach(id -> example("stored but never posted: " + id));
    return new Findings(
        ledger.posted(),
        ledger.acknowledged(),
        stored,
        storedUnacknowledged,
        deadLetters.ids().size(),
        deadLetters.recordsByReason(),
        ledger.refused(),
        ledger.givenUp(),
        lost,
        duplicates,
        unexpected.size(),
        unequal,
        examples);
  }

  // Scans the whole collection for duplicate ids, without relying on the unique index.
  private Set<UUID> storedIds() {
    Set<UUID> ids = new HashSet<>();
    events.forEachId(
        id -> {
          if (!ids.add(id)) {
            duplicates++;
            example("stored twice: " + id);
          }
        });
    return ids;
  }

  private void check(int place, PostedEvent event, @Nullable RawBsonDocument document) {
    boolean acknowledged = ledger.isAcknowledged(place);
    if (document == null) {
      if (acknowledged && !deadLetters.ids().contains(event.id())) {
        lost++;
        example("lost: %s, event %d of the run".formatted(event.id(), place));
      }
      return;
    }
    if (!acknowledged) {
      storedUnacknowledged++;
    }
    EventComparison.difference(event.json(), document)
        .ifPresent(
            difference -> {
              unequal++;
              example("stored unequal: %s, %s".formatted(event.id(), difference));
            });
  }

  private void example(String what) {
    if (examples.size() < MOST_EXAMPLES) {
      examples.add(what);
    }
  }
}
