package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.model.Filters;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.mongo.LayoutComparison.Renewal;
import io.wideevents.mongo.LayoutDifference.Kind;
import io.wideevents.mongo.LayoutOutcome.Examined;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The layout of the events' collection: which indexes it has, and when events expire.
 *
 * <p>Events can be stored before it is laid out and while it is: the server builds indexes without
 * stopping writers. Safe for concurrent use, also by several processes at once; the connection is
 * its owner's to close.
 */
public final class EventCollection {
  /** Where a stored event keeps the hash of its content, as 16 bytes. */
  static final String HASH_FIELD = "_ingest.hash";

  /** Building an index over a full collection takes minutes; cut short, the server drops it. */
  private static final long BUILD_TIMEOUT_HOURS = 1;

  /** Unauthorized, and Atlas's word for it. */
  private static final Set<Integer> NOT_AUTHORIZED = Set.of(13, 8000);

  /** Another process was quicker, perhaps with other settings: a new look tells what it made. */
  private static final Set<Integer> CREATED_MEANWHILE = Set.of(85, 86);

  private final MongoConnection connection;
  private final MongoSettings settings;
  private final List<EventIndex> wanted;

  public EventCollection(MongoConnection connection) {
    this.connection = connection;
    this.settings = connection.settings();
    this.wanted = EventIndex.wanted(settings);
  }

  /**
   * Compares the collection with the settings and changes nothing; does not block. The future
   * completes within a few client timeouts, normally.
   */
  public CompletableFuture<LayoutOutcome> check() {
    return settle(Mono.fromFuture(connection.database()).flatMap(this::examine));
  }

  /**
   * Creates what is missing and adapts the retention; what an operator made differently is only
   * reported. Idempotent, does not block. The future completes, normally, within a few client
   * timeouts plus the time the server takes to build indexes, an hour each at most.
   */
  public CompletableFuture<LayoutOutcome> ensure() {
    return settle(Mono.fromFuture(connection.database()).flatMap(this::mend));
  }

  private Mono<Examined> mend(MongoDatabase database) {
    return compare(database)
        .flatMap(
            found ->
                Flux.concat(
                        Flux.fromIterable(found.missing())
                            .concatMap(index -> create(database, index)),
                        Flux.fromIterable(found.otherExpiry())
                            .concatMap(renewal -> renew(database, renewal)))
                    .reduce(Examined.nothing(), Examined::and))
        .flatMap(done -> examine(database).map(done::and));
  }

  private Mono<Examined> examine(MongoDatabase database) {
    return compare(database).map(found -> new Examined(List.of(), found.differences()));
  }

  private Mono<LayoutComparison> compare(MongoDatabase database) {
    Mono<Optional<BsonDocument>> collection =
        Flux.from(
                database
                    .listCollections(BsonDocument.class)
                    .filter(Filters.eq("name", settings.collection())))
            .next()
            .map(Optional::of)
            .defaultIfEmpty(Optional.empty());
    return collection.flatMap(
        found ->
            listedIndexes(database, found)
                .map(indexes -> LayoutComparison.of(found.orElse(null), indexes, wanted)));
  }

  private Mono<List<BsonDocument>> listedIndexes(
      MongoDatabase database, Optional<BsonDocument> collection) {
    // A view has none, and some servers fail when asked for the indexes of what is not there.
    boolean has =
        collection.map(listed -> !new BsonString("view").equals(listed.get("type"))).orElse(false);
    return has
        ? Flux.from(events(database).listIndexes(BsonDocument.class)).collectList()
        : Mono.just(List.of());
  }

  private Mono<Examined> create(MongoDatabase database, EventIndex index) {
    // One by one: what one server refuses (a partial index, say) must not cost the others.
    return Mono.from(
            events(database)
                .withTimeout(BUILD_TIMEOUT_HOURS, TimeUnit.HOURS)
                .createIndexes(List.of(index.model())))
        .map(name -> Examined.changed("created index " + name))
        .onErrorResume(
            MongoCommandException.class,
            error -> refused("index " + index.name() + " could not be created", error));
  }

  private Mono<Examined> renew(MongoDatabase database, Renewal renewal) {
    long seconds = settings.retention().toSeconds();
    BsonDocument command =
        new BsonDocument("collMod", new BsonString(settings.collection()))
            .append(
                "index",
                new BsonDocument("name", new BsonString(renewal.name()))
                    .append("expireAfterSeconds", new BsonInt64(seconds)));
    return Mono.from(database.runCommand(command, BsonDocument.class))
        .map(
            reply ->
                Examined.changed(
                    "index %s deletes events after %d s now".formatted(renewal.name(), seconds)))
        .onErrorResume(
            MongoCommandException.class,
            error -> refused("expiry of index " + renewal.name() + " could not be changed", error));
  }

  private static Mono<Examined> refused(String what, MongoCommandException error) {
    int code = error.getErrorCode();
    if (CREATED_MEANWHILE.contains(code)) {
      return Mono.just(Examined.nothing());
    }
    if (NOT_AUTHORIZED.contains(code) || WriteErrors.blameServer(code)) {
      return Mono.error(error);
    }
    return Mono.just(
        Examined.differs(
            new LayoutDifference(
                Kind.CHANGE_REFUSED,
                "%s: server error %d: %s".formatted(what, code, error.getErrorMessage()),
                "see what the server says; events are stored all the same")));
  }

  private MongoCollection<BsonDocument> events(MongoDatabase database) {
    return database.getCollection(settings.collection(), BsonDocument.class);
  }

  private CompletableFuture<LayoutOutcome> settle(Mono<Examined> work) {
    return work.<LayoutOutcome>map(examined -> examined)
        .onErrorResume(failure -> Mono.just(failed(failure)))
        .toFuture();
  }

  private LayoutOutcome failed(Throwable failure) {
    if (failure instanceof MongoCommandException error
        && NOT_AUTHORIZED.contains(error.getErrorCode())) {
      return new LayoutOutcome.NotAuthorized(
          "grant this user listCollections, listIndexes, createIndex and collMod on %s.%s, or run `log-worker init` as one that has them"
              .formatted(settings.database(), settings.collection()),
          error);
    }
    return new LayoutOutcome.Unavailable(failure);
  }
}
