package io.wideevents.toolbox.pipeline;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.ValidationOptions;
import com.mongodb.reactivestreams.client.FindPublisher;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads {@code wide_events}. A method blocks for a minute at most, and {@link #forEachId} for ten
 * minutes. The caller closes this object.
 */
public final class StoredEvents implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofMinutes(1);
  private static final Duration SCAN_TIMEOUT = Duration.ofMinutes(10);
  private static final String COLLECTION = "wide_events";

  private final MongoClient client;
  private final String database;
  private final MongoCollection<RawBsonDocument> events;

  /** Creates a reader that connects when it is first used. */
  public StoredEvents(String uri, String database) {
    this.client = MongoClients.create(uri);
    this.database = database;
    this.events = client.getDatabase(database).getCollection(COLLECTION, RawBsonDocument.class);
  }

  public long count() {
    return Mono.from(events.countDocuments()).blockOptional(TIMEOUT).orElse(0L);
  }

  /** All events, with only these fields; all fields if none is named. */
  public List<RawBsonDocument> all(String... fields) {
    FindPublisher<RawBsonDocument> found = events.find();
    return Flux.from(fields.length == 0 ? found : found.projection(Projections.include(fields)))
        .collectList()
        .blockOptional(TIMEOUT)
        .orElseThrow();
  }

  /** The events with these ids, by id. */
  public Map<UUID, RawBsonDocument> byId(Collection<UUID> ids) {
    Map<UUID, RawBsonDocument> found = new HashMap<>();
    Bson filter = Filters.in("_id", ids.stream().map(BsonBinary::new).toList());
    Flux.from(events.find(filter))
        .doOnNext(document -> found.put(id(document), document))
        .blockLast(TIMEOUT);
    return found;
  }

  /** Reads the id of every document, in storage order and without an index. */
  public void forEachId(Consumer<UUID> receiver) {
    Flux.from(
            events
                .find()
                .projection(Projections.include("_id"))
                .hint(new BsonDocument("$natural", new BsonInt32(1))))
        .doOnNext(document -> receiver.accept(id(document)))
        .blockLast(SCAN_TIMEOUT);
  }

  private static UUID id(RawBsonDocument document) {
    return document.getBinary("_id").asUuid();
  }

  /** Any event that matches the filter. */
  public Optional<RawBsonDocument> any(Bson filter) {
    return Mono.from(events.find(filter).first()).blockOptional(TIMEOUT);
  }

  /** Any event of a service that ended with an error of this code. */
  public Optional<RawBsonDocument> anyFailure(String service, String errorCode) {
    return any(Filters.and(Filters.eq("service", service), Filters.eq("error.code", errorCode)));
  }

  /** The indexes of the collection, as MongoDB lists them. */
  public List<Document> indexes() {
    return Flux.from(events.listIndexes()).collectList().blockOptional(TIMEOUT).orElseThrow();
  }

  /**
   * Creates the collection with the indexes of another one.
   *
   * @param indexes as {@link #indexes} returns them; none: does nothing
   */
  public void createIndexes(List<Document> indexes) {
    if (!indexes.isEmpty()) {
      Mono.from(
              client
                  .getDatabase(database)
                  .runCommand(new Document("createIndexes", COLLECTION).append("indexes", indexes)))
          .block(TIMEOUT);
    }
  }

  /** Creates the collection with a validator. The collection must not exist. */
  public void createWithValidator(Bson validator) {
    Mono.from(
            client
                .getDatabase(database)
                .createCollection(
                    COLLECTION,
                    new CreateCollectionOptions()
                        .validationOptions(new ValidationOptions().validator(validator))))
        .block(TIMEOUT);
  }

  /** Removes the validator. */
  public void dropValidator() {
    Mono.from(
            client
                .getDatabase(database)
                .runCommand(
                    new Document("collMod", COLLECTION).append("validator", new Document())))
        .block(TIMEOUT);
  }

  /** Deletes the whole database. */
  public void drop() {
    Mono.from(client.getDatabase(database).drop()).block(TIMEOUT);
  }

  @Override
  public void close() {
    client.close();
  }
}
