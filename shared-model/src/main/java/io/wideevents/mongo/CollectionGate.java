package io.wideevents.mongo;

import com.mongodb.MongoCommandException;
import com.mongodb.client.model.Filters;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Prevents writes to a collection that cannot hold events exactly once. A time-series collection
 * stores an event again at each repetition, a capped collection deletes events when it is full, and
 * a view is not writable.
 *
 * <p>Every write asks {@link #state()} first. The answer is at most {@value #MAX_AGE_MILLIS} ms
 * old, because an operator may drop the collection and create another with its name at any time.
 * Under load one query per second is enough, and no write waits for this query.
 *
 * <p>If the user may not list collections, the events are written and a warning reports that the
 * collection is not checked. Safe for concurrent use, never blocks.
 */
final class CollectionGate {
  static final long MAX_AGE_MILLIS = 2_000;

  private static final Logger logger = LoggerFactory.getLogger(CollectionGate.class);
  private static final long MAX_AGE_NANOS = Duration.ofMillis(MAX_AGE_MILLIS).toNanos();
  private static final long REFRESH_AGE_NANOS = MAX_AGE_NANOS / 2;
  private static final Duration ERROR_INTERVAL = Duration.ofMinutes(1);

  private final MongoConnection connection;
  private final LongSupplier nanoClock;
  private final LogThrottle problems = new LogThrottle(ERROR_INTERVAL);
  private final LogThrottle unchecked = LogThrottle.oncePerFailure();

  private @Nullable State last;
  private long lastAskedNanos;
  private @Nullable CompletableFuture<State> question;

  /**
   * The state of the collection.
   *
   * @param problem why nothing may be written, with what to do about it; empty if events may be
   *     written
   * @param clustered whether the collection is clustered by {@code _id}
   */
  record State(Optional<String> problem, boolean clustered) {}

  CollectionGate(MongoConnection connection) {
    this(connection, System::nanoTime);
  }

  /**
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  CollectionGate(MongoConnection connection, LongSupplier nanoClock) {
    this.connection = connection;
    this.nanoClock = nanoClock;
  }

  /**
   * The state of the collection, at most {@value #MAX_AGE_MILLIS} ms old. Completes at once if a
   * recent state is known, else within one client timeout. Completes exceptionally if the server
   * did not answer.
   */
  synchronized CompletableFuture<State> state() {
    State known = last;
    long age = nanoClock.getAsLong() - lastAskedNanos;
    if (known == null || age >= MAX_AGE_NANOS) {
      return ask();
    }
    if (age >= REFRESH_AGE_NANOS) {
      var unused = ask();
    }
    return CompletableFuture.completedFuture(known);
  }

  /**
   * Why nothing may be written, as far as is known; empty if no problem is known. Starts a new
   * query if the state is too old; the next caller gets its answer.
   */
  synchronized Optional<String> problem() {
    var unused = state();
    return last == null ? Optional.empty() : last.problem();
  }

  private CompletableFuture<State> ask() {
    if (question != null) {
      return question;
    }
    CompletableFuture<State> asked = new CompletableFuture<>();
    question = asked;
    long now = nanoClock.getAsLong();
    try {
      var unused =
          Mono.fromFuture(database())
              .flatMap(this::list)
              .map(listed -> stateOf(listed.orElse(null)))
              .onErrorResume(MongoCommandException.class, this::withoutAnswer)
              .toFuture()
              // The driver enforces its own timeout, unless an Error ends its chain. Every write
              // waits for this answer.
              .orTimeout(2 * connection.settings().timeout().toMillis(), TimeUnit.MILLISECONDS)
              .whenComplete((state, failure) -> answer(asked, now, state, failure));
    } catch (RuntimeException | Error e) {
      answer(asked, now, null, e);
    }
    return asked;
  }

  private CompletableFuture<MongoDatabase> database() {
    CompletableFuture<MongoDatabase> database = connection.database();
    // Building the client may take long, because the driver asks DNS for the servers of an SRV
    // name.
    return database.isDone()
        ? database
        : database.orTimeout(connection.settings().timeout().toMillis(), TimeUnit.MILLISECONDS);
  }

  private Mono<Optional<BsonDocument>> list(MongoDatabase database) {
    String name = connection.settings().collection();
    return Flux.from(database.listCollections(BsonDocument.class).filter(Filters.eq("name", name)))
        .next()
        .map(Optional::of)
        .defaultIfEmpty(Optional.empty());
  }

  private void answer(
      CompletableFuture<State> asked,
      long askedNanos,
      @Nullable State state,
      @Nullable Throwable failure) {
    synchronized (this) {
      question = null;
      if (state != null) {
        log(state);
        last = state;
        lastAskedNanos = askedNanos;
      }
    }
    if (state != null) {
      asked.complete(state);
    } else {
      asked.completeExceptionally(
          failure == null ? new IllegalStateException("The server listed nothing") : failure);
    }
  }

  private State stateOf(@Nullable BsonDocument listed) {
    unchecked.reset();
    Optional<String> problem =
        LayoutComparison.unsuitable(listed)
            .map(
                what ->
                    "Collection %s.%s is %s and cannot hold events exactly once; rename it, or set MONGODB_COLLECTION to another name"
                        .formatted(
                            connection.settings().database(),
                            connection.settings().collection(),
                            what));
    boolean clustered =
        listed != null
            && listed.getDocument("options", new BsonDocument()).containsKey("clusteredIndex");
    return new State(problem, clustered);
  }

  private Mono<State> withoutAnswer(MongoCommandException refused) {
    int code = refused.getErrorCode();
    if (!WriteErrors.forbidden(code) && WriteErrors.isOutage(code)) {
      return Mono.error(refused);
    }
    unchecked.show(
        heldBack ->
            logger
                .atWarn()
                .addKeyValue("database", connection.settings().database())
                .addKeyValue("collection", connection.settings().collection())
                .addKeyValue("error", WriteFailures.text(refused))
                .addKeyValue("fix", "grant this user listCollections on the database")
                .log("Collection cannot be checked; events are written to it unchecked"));
    return Mono.just(known());
  }

  /** The last known state; a collection that was never checked counts as suitable. */
  private synchronized State known() {
    return last == null ? new State(Optional.empty(), false) : last;
  }

  private void log(State now) {
    now.problem()
        .ifPresentOrElse(
            problem ->
                problems.show(
                    problem,
                    heldBack ->
                        logger
                            .atError()
                            .addKeyValue("problem", problem)
                            .addKeyValue("notShown", heldBack)
                            .log("No events are written to MongoDB")),
            () ->
                problems.ended(
                    () ->
                        logger
                            .atInfo()
                            .addKeyValue("database", connection.settings().database())
                            .addKeyValue("collection", connection.settings().collection())
                            .log("Collection can hold events again; writing continues")));
  }
}
