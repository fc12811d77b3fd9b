package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.model.Filters;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.log.Causes;
import io.wideevents.mongo.LayoutComparison.Renewal;
import io.wideevents.mongo.LayoutDifference.Kind;
import io.wideevents.mongo.LayoutOutcome.Examined;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.BsonString;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The layout of the events' collection: its indexes, and when events expire.
 *
 * <p>Events can be stored before and during the setup, because the server builds indexes without
 * blocking writers. Safe for concurrent use, also by several processes at once. The owner of the
 * connection closes it.
 */
public final class EventCollection {
  /** The field of a stored event with the hash of its content, as 16 bytes. */
  static final String HASH_FIELD = "_ingest.hash";

  /**
   * Building an index over a full collection takes minutes. If the operation is aborted, the server
   * drops the index.
   */
  private static final long BUILD_TIMEOUT_HOURS = 1;

  /** Unauthorized, and Atlas's code for it. */
  private static final Set<Integer> NOT_AUTHORIZED = Set.of(13, 8000);

  /**
   * Another process created the index first, perhaps with other settings. The next examination
   * shows which.
   */
  private static final Set<Integer> CREATED_MEANWHILE = Set.of(85, 86);

  private static final int MAX_RACES = 3;

  private final MongoConnection connection;
  private final MongoSettings settings;
  private final List<EventIndex> wanted;

  public EventCollection(MongoConnection connection) {
    this.connection = connection;
    this.settings = connection.settings();
    this.wanted = EventIndex.wanted(settings);
  }

  /**
   * Compares the collection with the settings and changes nothing. Does not block. The future
   * completes normally, within a few client timeouts.
   */
  public CompletableFuture<LayoutOutcome> check() {
    return outcome(this::examine);
  }

  /** Explains the cause of an {@code Unavailable} outcome to an operator. */
  MongoTrouble explain(Throwable cause) {
    return connection.explain(cause);
  }

  /** As {@link #ensure(RetentionChange)}, for a process that starts. */
  public CompletableFuture<LayoutOutcome> ensure() {
    return ensure(RetentionChange.LENGTHEN);
  }

  /**
   * Creates missing indexes; what an operator created differently is only reported. Idempotent.
   * Does not block. The future completes normally, within a few client timeouts plus the time the
   * server takes to build indexes, which is at most an hour for each.
   *
   * @param allowed which changes of the retention are allowed
   */
  public CompletableFuture<LayoutOutcome> ensure(RetentionChange allowed) {
    return outcome(database -> change(database, allowed, MAX_RACES));
  }

  /**
   * Determines which events {@link #ensure} with {@link RetentionChange#ANY} would delete that are
   * kept today. Changes nothing and does not block. Empty if it deletes no event. Completes within
   * one to two minutes; exceptionally if MongoDB does not answer.
   */
  public CompletableFuture<Optional<RetentionImpact>> retentionImpact() {
    return Mono.fromFuture(connection.database())
        .flatMap(
            database ->
                compare(database)
                    .flatMap(found -> Mono.justOrEmpty(shortening(found)))
                    .flatMap(change -> new Retention(connection, database).impact(change)))
        .map(Optional::of)
        .defaultIfEmpty(Optional.empty())
        .toFuture();
  }

  private Optional<String> shortening(LayoutComparison found) {
    String wanted = Expiry.age(settings.retention().toSeconds());
    return Stream.concat(
            found.missing().stream()
                .filter(EventIndex::expires)
                .map(
                    index ->
                        "index %s is missing; it will delete events after %s"
                            .formatted(index.name(), wanted)),
            found.otherExpiry().stream()
                .filter(renewal -> !renewal.lengthens())
                .map(
                    renewal ->
                        "index %s %s; it will delete events after %s"
                            .formatted(renewal.name(), renewal.found(), wanted)))
        .findFirst();
  }

  private Mono<Examined> change(MongoDatabase database, RetentionChange allowed, int racesLeft) {
    AtomicBoolean raced = new AtomicBoolean();
    return compare(database)
        .flatMap(
            found ->
                Flux.concat(
                        Flux.fromIterable(found.missing())
                            .filterWhen(index -> mayCreate(database, found, index, allowed))
                            .concatMap(index -> create(database, index, raced)),
                        Flux.fromIterable(found.otherExpiry())
                            .filter(renewal -> mayRenew(renewal, allowed))
                            .concatMap(renewal -> renew(database, renewal, allowed)))
                    .reduce(Examined.nothing(), Examined::and))
        .flatMap(
            done ->
                (raced.get() && racesLeft > 0
                        ? change(database, allowed, racesLeft - 1)
                        : examine(database))
                    .map(done::and));
  }

  private Mono<Boolean> mayCreate(
      MongoDatabase database, LayoutComparison found, EventIndex index, RetentionChange allowed) {
    if (!index.expires()) {
      return Mono.just(true);
    }
    return switch (allowed) {
      case NONE -> Mono.just(false);
      // The first events are often stored before the collection is set up.
      case LENGTHEN ->
          found.expiresOtherwise()
              ? Mono.just(false)
              : new Retention(connection, database).deletesNothing();
      case ANY -> Mono.just(true);
    };
  }

  private static boolean mayRenew(Renewal renewal, RetentionChange allowed) {
    return switch (allowed) {
      case NONE -> false;
      case LENGTHEN -> renewal.lengthens();
      case ANY -> true;
    };
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
    // A view has no indexes, and some servers fail when asked for the indexes of a missing
    // collection.
    boolean has =
        collection.map(listed -> !new BsonString("view").equals(listed.get("type"))).orElse(false);
    return has
        ? Flux.from(events(database).listIndexes(BsonDocument.class)).collectList()
        : Mono.just(List.of());
  }

  private Mono<Examined> create(MongoDatabase database, EventIndex index, AtomicBoolean raced) {
    // Each index is created separately, because a server that rejects one index, such as a partial
    // index, must not prevent the others.
    return Mono.from(
            events(database)
                .withTimeout(BUILD_TIMEOUT_HOURS, TimeUnit.HOURS)
                .createIndexes(List.of(index.model())))
        .map(name -> Examined.changed("created index " + name))
        .onErrorResume(
            MongoCommandException.class,
            error -> {
              if (CREATED_MEANWHILE.contains(error.getErrorCode())) {
                raced.set(true);
                return Mono.just(Examined.nothing());
              }
              return rejected("index " + index.name() + " could not be created", error);
            });
  }

  private Mono<Examined> renew(MongoDatabase database, Renewal renewal, RetentionChange allowed) {
    return new Retention(connection, database)
        .set(renewal.name(), renewal.seconds(), allowed)
        .map(
            seconds ->
                Examined.changed(
                    "index %s deletes events after %s now"
                        .formatted(renewal.name(), Expiry.age(seconds))))
        .onErrorResume(
            MongoCommandException.class,
            error ->
                rejected("expiry of index " + renewal.name() + " could not be changed", error));
  }

  private static Mono<Examined> rejected(String what, MongoCommandException error) {
    int code = error.getErrorCode();
    if (NOT_AUTHORIZED.contains(code) || WriteErrors.isOutage(code)) {
      return Mono.error(error);
    }
    return Mono.just(
        Examined.differs(
            new LayoutDifference(
                Kind.CHANGE_REFUSED,
                "%s: server error %d: %s".formatted(what, code, error.getErrorMessage()),
                "read the server's message; events are stored nevertheless")));
  }

  private MongoCollection<BsonDocument> events(MongoDatabase database) {
    return database.getCollection(settings.collection(), BsonDocument.class);
  }

  private CompletableFuture<LayoutOutcome> outcome(Function<MongoDatabase, Mono<Examined>> work) {
    // Reactor's operators are not used here: they rethrow an Error and leave the future without an
    // answer.
    return connection
        .database()
        .thenCompose(
            database -> work.apply(database).<LayoutOutcome>map(examined -> examined).toFuture())
        .exceptionally(failure -> failed(Causes.ofFuture(failure)));
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
