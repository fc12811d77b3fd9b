package io.wideevents.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoExecutionTimeoutException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.Sorts;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.conversions.Bson;
import reactor.core.publisher.Mono;

/** The retention of the collection: what a change would delete, and the change itself. */
final class Retention {
  private static final Duration COUNT_BOUND = Duration.ofSeconds(30);
  private static final String TIMESTAMP = "timestamp";

  private final MongoConnection connection;
  private final MongoSettings settings;
  private final MongoDatabase database;

  Retention(MongoConnection connection, MongoDatabase database) {
    this.connection = connection;
    this.settings = connection.settings();
    this.database = database;
  }

  /** Whether no event is past the retention; false also if this cannot be determined in time. */
  Mono<Boolean> deletesNothing() {
    return cutoff()
        .flatMap(
            cutoff ->
                // Without an index on the timestamp this may read the whole collection.
                Mono.from(
                        events(settings.timeout())
                            .find(olderThan(cutoff))
                            .projection(Projections.include("_id"))
                            .limit(1))
                    .map(found -> false)
                    .defaultIfEmpty(true))
        .onErrorResume(Retention::isTooSlow, slow -> Mono.just(false));
  }

  /**
   * The events that would be deleted if all events past the retention were deleted; empty in an
   * empty collection.
   *
   * @param change description of the change
   */
  Mono<RetentionImpact> impact(String change) {
    return Mono.from(events(settings.timeout()).find().limit(1))
        .flatMap(any -> cutoff())
        .flatMap(
            cutoff ->
                Mono.zip(
                    count(cutoff),
                    oldest(cutoff),
                    (count, oldest) -> new RetentionImpact(change, cutoff, count, oldest)));
  }

  /**
   * Sets the expiry of an index.
   *
   * @return the seconds in effect afterwards
   */
  Mono<Long> set(String index, long seconds, RetentionChange allowed) {
    BsonDocument command =
        new BsonDocument("collMod", new BsonString(settings.collection()))
            .append(
                "index",
                new BsonDocument("name", new BsonString(index))
                    .append("expireAfterSeconds", new BsonInt64(seconds)));
    return Mono.from(database.runCommand(command, BsonDocument.class))
        .flatMap(
            reply -> {
              long before =
                  reply.isNumber("expireAfterSeconds_old")
                      ? reply.getNumber("expireAfterSeconds_old").longValue()
                      : 0;
              boolean shortened = before > seconds && before <= Integer.MAX_VALUE;
              // Another process lengthened it further between our read and our change. The longer
              // retention is set again. MongoDB deletes once a minute, so this is usually in time;
              // collMod has no condition that could prevent the change.
              return shortened && allowed == RetentionChange.LENGTHEN
                  ? set(index, before, allowed)
                  : Mono.just(seconds);
            });
  }

  private Mono<OptionalLong> count(Instant cutoff) {
    return Mono.from(events(COUNT_BOUND).countDocuments(olderThan(cutoff)))
        .map(OptionalLong::of)
        .onErrorResume(Retention::isTooSlow, slow -> Mono.just(OptionalLong.empty()));
  }

  private Mono<Optional<Instant>> oldest(Instant cutoff) {
    return Mono.from(
            events(COUNT_BOUND)
                .find(olderThan(cutoff))
                .projection(Projections.include(TIMESTAMP))
                .sort(Sorts.ascending(TIMESTAMP))
                .limit(1))
        .map(event -> Optional.of(Instant.ofEpochMilli(event.getDateTime(TIMESTAMP).getValue())))
        .defaultIfEmpty(Optional.empty())
        .onErrorResume(Retention::isTooSlow, slow -> Mono.just(Optional.empty()));
  }

  /** By the server's clock, which decides what is deleted. */
  private Mono<Instant> cutoff() {
    return Mono.fromFuture(connection::serverTime)
        .map(time -> time.orElseGet(Instant::now).minus(settings.retention()));
  }

  private MongoCollection<BsonDocument> events(Duration bound) {
    return database
        .getCollection(settings.collection(), BsonDocument.class)
        .withTimeout(bound.toMillis(), TimeUnit.MILLISECONDS);
  }

  private static Bson olderThan(Instant cutoff) {
    return Filters.lt(TIMESTAMP, Date.from(cutoff));
  }

  private static boolean isTooSlow(Throwable failure) {
    return failure instanceof MongoExecutionTimeoutException
        || (failure instanceof MongoTimeoutException && !MongoTrouble.isAboutServers(failure))
        || (failure instanceof MongoException error && error.getCode() == 50);
  }
}
