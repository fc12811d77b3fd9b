package io.wideevents.worker.testing;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ValidationOptions;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The events' collection as a test sees it. */
public final class EventsInMongo implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final String COLLECTION = "wide_events";

  private final MongoClient client;
  private final MongoDatabase database;

  public EventsInMongo(String uri, String database) {
    this.client = MongoClients.create(uri);
    this.database = client.getDatabase(database);
  }

  public long count() {
    return Objects.requireNonNull(Mono.from(collection().countDocuments()).block(TIMEOUT));
  }

  /** The request ids of everything stored, sorted; a double would stand there twice. */
  public List<String> requestIds() {
    return Objects.requireNonNull(
        Flux.from(collection().find())
            .map(document -> document.getString("requestId").getValue())
            .sort()
            .collectList()
            .block(TIMEOUT));
  }

  public List<BsonDocument> find(String requestId) {
    return Objects.requireNonNull(
        Flux.from(collection().find(Filters.eq("requestId", requestId)))
            .collectList()
            .block(TIMEOUT));
  }

  /** Stores a document with a timestamp of this age. */
  public void insertOld(Duration age) {
    BsonDateTime timestamp = new BsonDateTime(Instant.now().minus(age).toEpochMilli());
    Mono.from(collection().insertOne(new BsonDocument("timestamp", timestamp))).block(TIMEOUT);
  }

  /** Creates the collection with a validator, before anything is stored. */
  public void createWithValidator(Bson validator) {
    Mono.from(
            database.createCollection(
                COLLECTION,
                new CreateCollectionOptions()
                    .validationOptions(new ValidationOptions().validator(validator))))
        .block(TIMEOUT);
  }

  /** Takes the validator away again. */
  public void dropValidator() {
    Mono.from(
            database.runCommand(
                BsonDocument.parse("{collMod: '%s', validator: {}}".formatted(COLLECTION))))
        .block(TIMEOUT);
  }

  @Override
  public void close() {
    client.close();
  }

  private MongoCollection<BsonDocument> collection() {
    return database.getCollection(COLLECTION, BsonDocument.class);
  }
}
