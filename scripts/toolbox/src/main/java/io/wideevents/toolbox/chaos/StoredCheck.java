package io.wideevents.toolbox.chaos;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.toolbox.pipeline.EventComparison;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;

/**
 * Compares the collection and the dead-letter topic with the clients' ledgers. Generates every
 * posted event again, so that memory holds 16 bytes an event and not the events. Used once, by one
 * thread.
 */
final class StoredCheck implements AutoCloseable {
  private static final int CHUNK = 500;
  private static final int MOST_EXAMPLES = 10;
  private static final Duration TIMEOUT = Duration.ofMinutes(2);

  private final ChaosSettings settings;
  private final List<ClientLedger> ledgers;
  private final DeadLetters deadLetters;
  private final MongoClient client;
  private final MongoCollection<RawBsonDocument> events;
  private final IdSet posted = new IdSet();
  private final List<String> examples = new ArrayList<>();
  private long stored;
  private long storedUnacknowledged;
  private long lost;
  private long duplicates;
  private long unexpected;
  private long unequal;

  /**
   * @param ledgers in the order of the clients
   */
  StoredCheck(
      ChaosSettings settings,
      List<ClientLedger> ledgers,
      DeadLetters deadLetters,
      String uri,
      String database) {
    this.settings = settings;
    this.ledgers = List.copyOf(ledgers);
    this.deadLetters = deadLetters;
    this.client = MongoClients.create(uri);
    this.events = client.getDatabase(database).getCollection("wide_events", RawBsonDocument.class);
  }

  /** Reads the whole collection and the whole topic. Blocks until that is done. */
  Findings run() {
    for (int i = 0; i < ledgers.size(); i++) {
      checkClient(i, ledgers.get(i));
    }
    checkIds();
    return new Findings(
        ledgers.stream().mapToLong(ClientLedger::posted).sum(),
        ledgers.stream().mapToLong(ClientLedger::acknowledged).sum(),
        stored,
        storedUnacknowledged,
        deadLetters.ids().size(),
        deadLetters.recordsByReason(),
        ledgers.stream().mapToLong(ClientLedger::refused).sum(),
        ledgers.stream().mapToLong(ClientLedger::givenUp).sum(),
        lost,
        duplicates,
        unexpected,
        unequal,
        examples);
  }

  private void checkClient(int number, ClientLedger ledger) {
    EventStream stream = new EventStream(settings.seed(), number, settings.start());
    for (int first = 0; first < ledger.posted(); first += CHUNK) {
      List<PostedEvent> chunk = new ArrayList<>(CHUNK);
      for (int place = first; place < Math.min(first + CHUNK, ledger.posted()); place++) {
        chunk.add(stream.next());
      }
      Map<UUID, RawBsonDocument> found = find(chunk);
      for (int i = 0; i < chunk.size(); i++) {
        posted.add(chunk.get(i).id());
        RawBsonDocument document = found.get(chunk.get(i).id());
        boolean acknowledged = ledger.isAcknowledged(first + i);
        if (document != null) {
          checkDocument(chunk.get(i), document, acknowledged);
        } else if (acknowledged && !deadLetters.ids().contains(chunk.get(i).id())) {
          lost++;
          example(
              "lost: %s, event %d of client %d".formatted(chunk.get(i).id(), first + i, number));
        }
      }
    }
  }

  private Map<UUID, RawBsonDocument> find(List<PostedEvent> chunk) {
    Bson filter =
        Filters.in("_id", chunk.stream().map(event -> new BsonBinary(event.id())).toList());
    Map<UUID, RawBsonDocument> found = new HashMap<>();
    Flux.from(events.find(filter))
        .collectList()
        .blockOptional(TIMEOUT)
        .orElseThrow()
        .forEach(document -> found.put(id(document), document));
    return found;
  }

  private void checkDocument(PostedEvent event, RawBsonDocument document, boolean acknowledged) {
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

  // Scans the whole collection for duplicate ids, without relying on the unique index.
  private void checkIds() {
    IdSet seen = new IdSet();
    Flux.from(
            events
                .find()
                .projection(Projections.include("_id"))
                .hint(new BsonDocument("$natural", new BsonInt32(1))))
        .doOnNext(
            document -> {
              UUID id = id(document);
              stored++;
              if (!seen.add(id)) {
                duplicates++;
                example("stored twice: " + id);
              }
              if (!posted.contains(id)) {
                unexpected++;
                example("stored but never posted: " + id);
              }
            })
        .then()
        .block(TIMEOUT.multipliedBy(5));
  }

  private static UUID id(RawBsonDocument document) {
    return document.getBinary("_id").asUuid();
  }

  private void example(String what) {
    if (examples.size() < MOST_EXAMPLES) {
      examples.add(what);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
