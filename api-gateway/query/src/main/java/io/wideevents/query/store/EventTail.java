package io.wideevents.query.store;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.mongo.MongoConnection;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

/**
 * The events that are stored while this tail is open, in the order in which MongoDB stored them. If
 * the reader is slow, MongoDB waits, so that the memory does not fill. Used by one thread.
 */
public final class EventTail implements AutoCloseable {
  /** The path of the event in a change, for {@link EventStore#tail}. */
  public static final String PREFIX = "fullDocument.";

  private static final String TOKEN = "_data";
  // How long MongoDB waits for a change before it answers that there is none.
  private static final Duration MAX_AWAIT = Duration.ofSeconds(1);
  // An event can have 1 MiB and more, and each tail has such a queue. The driver reads as many
  // ahead.
  static final int MAX_QUEUED = 4;

  private final MongoConnection connection;
  private final String firstToken;
  private final Runnable whenClosed;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final BlockingQueue<ChangeStreamDocument<RawBsonDocument>> queue =
      new LinkedBlockingQueue<>();
  private final Changes changes = new Changes();
  private volatile @Nullable Throwable failure;

  /**
   * One stored event.
   *
   * @param token identifies the change; a later tail can continue after it
   */
  public record Change(String token, RawBsonDocument event) {}

  private EventTail(MongoConnection connection, String firstToken, Runnable whenClosed) {
    this.connection = connection;
    this.firstToken = firstToken;
    this.whenClosed = whenClosed;
  }

  static EventTail open(
      MongoConnection connection,
      BsonDocument condition,
      @Nullable String after,
      Runnable whenClosed) {
    BsonDocument filter = new BsonDocument("operationType", new BsonString("insert"));
    if (!condition.isEmpty()) {
      filter = new BsonDocument("$and", new BsonArray(List.of(filter, condition)));
    }
    BsonDocument match = filter;
    MongoDatabase database =
        Objects.requireNonNull(Mono.fromFuture(connection.queriedDatabase()).block());
    EventTail tail =
        new EventTail(connection, firstToken(database, connection, match, after), whenClosed);
    database
        .getCollection(connection.settings().collection())
        // With a timeout, the driver would fail a stream without changes after that time.
        .withTimeout(0, TimeUnit.MILLISECONDS)
        .watch(List.of(Aggregates.match(match)), RawBsonDocument.class)
        .resumeAfter(token(tail.firstToken))
        .maxAwaitTime(MAX_AWAIT.toMillis(), TimeUnit.MILLISECONDS)
        .subscribe(tail.changes);
    return tail;
  }

  /**
   * Gets the position at which the tail begins from MongoDB. Before the first change, the driver
   * reports neither that a change stream is open nor why it cannot be opened.
   */
  private static String firstToken(
      MongoDatabase database,
      MongoConnection connection,
      BsonDocument match,
      @Nullable String after) {
    BsonDocument stream = new BsonDocument();
    BsonArray pipeline = new BsonArray(List.of(new BsonDocument("$changeStream", stream)));
    if (after == null) {
      pipeline.add(new BsonDocument("$match", match));
    } else {
      stream.append("resumeAfter", token(after));
    }
    String collection = connection.settings().collection();
    BsonDocument command =
        new BsonDocument("aggregate", new BsonString(collection))
            .append("pipeline", pipeline)
            // MongoDB looks for the position in its oplog only when it reads the first change.
            .append("cursor", new BsonDocument("batchSize", new BsonInt32(after == null ? 0 : 1)))
            .append("readConcern", new BsonDocument("level", new BsonString("majority")));
    BsonDocument cursor = run(database, command).getDocument("cursor");
    BsonInt64 id = cursor.getInt64("id");
    if (id.getValue() != 0) {
      BsonDocument kill =
          new BsonDocument("killCursors", new BsonString(collection))
              .append("cursors", new BsonArray(List.<BsonValue>of(id)));
      run(database, kill);
    }
    return after == null
        ? cursor.getDocument("postBatchResumeToken").getString(TOKEN).getValue()
        : after;
  }

  private static BsonDocument run(MongoDatabase database, BsonDocument command) {
    return Objects.requireNonNull(
        Mono.from(database.runCommand(command, database.getReadPreference(), BsonDocument.class))
            .block());
  }

  private static BsonDocument token(String text) {
    return new BsonDocument(TOKEN, new BsonString(text));
  }

  /** The token of the position at which the tail began. */
  public String firstToken() {
    return firstToken;
  }

  /**
   * The next event; null if none is stored within the time. Blocks for this time.
   *
   * @throws io.wideevents.query.QueryException if MongoDB fails
   */
  public @Nullable Change poll(Duration time) throws InterruptedException {
    ChangeStreamDocument<RawBsonDocument> change =
        queue.poll(time.toMillis(), TimeUnit.MILLISECONDS);
    if (change == null) {
      Throwable ended = failure;
      if (ended != null) {
        throw StoreFailures.of(
            ended instanceof RuntimeException known ? known : new IllegalStateException(ended),
            connection);
      }
      return null;
    }
    changes.request(1);
    return new Change(
        change.getResumeToken().getString(TOKEN).getValue(),
        Objects.requireNonNull(change.getFullDocument()));
  }

  /** Number of changes in the memory of this process. */
  int queued() {
    return queue.size();
  }

  /** Closes the cursor in MongoDB. Idempotent. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      changes.cancel();
      whenClosed.run();
    }
  }

  private final class Changes extends BaseSubscriber<ChangeStreamDocument<RawBsonDocument>> {
    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      subscription.request(MAX_QUEUED);
    }

    @Override
    protected void hookOnNext(ChangeStreamDocument<RawBsonDocument> change) {
      queue.add(change);
    }

    @Override
    protected void hookOnError(Throwable thrown) {
      failure = thrown;
    }

    @Override
    protected void hookOnComplete() {
      failure = new IllegalStateException("MongoDB ended the stream of changes");
    }
  }
}
