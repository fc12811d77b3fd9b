package io.wideevents.query.store;

import com.mongodb.reactivestreams.client.AggregatePublisher;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.QueryException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the stored events. Has its own connection, so that queries take no connection of the
 * gateway's deliveries. At most the configured number of queries run at the same time, and each
 * ends after the timeout of the settings, in MongoDB too.
 *
 * <p>The methods block, for at most the timeout plus one second of waiting for other queries. They
 * throw {@link QueryException} with the status 429, 503 or 504. Safe for concurrent use. Owned, and
 * closed, by the gateway's composition.
 */
public final class EventStore implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);
  private static final int BATCH = 256;

  private final MongoConnection connection;
  private final Semaphore permits;
  private final int concurrency;

  /**
   * Does not connect yet.
   *
   * @param concurrency limit of queries at the same time
   */
  public EventStore(MongoSettings settings, int concurrency) {
    this.connection = new MongoConnection(settings, "wide-events-query");
    this.permits = new Semaphore(concurrency, true);
    this.concurrency = concurrency;
  }

  /**
   * Runs a pipeline on the events and returns its first results.
   *
   * @param atMost limit of results; the pipeline should have it as well
   */
  public List<BsonDocument> aggregate(List<? extends Bson> pipeline, int atMost) {
    List<BsonDocument> found = new ArrayList<>();
    read(results(pipeline).take(atMost), found::add);
    return found;
  }

  /**
   * Runs a pipeline on the events and passes each result on, one at a time, in the calling thread.
   * The consumer must not wait for a client, because the query keeps its permit meanwhile. If the
   * consumer throws, the query ends.
   */
  public void forEach(List<? extends Bson> pipeline, Consumer<? super RawBsonDocument> each) {
    read(results(pipeline), each);
  }

  /** Number of queries that run now. */
  public int running() {
    return concurrency - permits.availablePermits();
  }

  /** Queries in progress fail with 503. Idempotent; takes at most half a second. */
  @Override
  public void close() {
    connection.close();
  }

  private Flux<RawBsonDocument> results(List<? extends Bson> pipeline) {
    return Mono.fromFuture(connection::queriedDatabase)
        .flatMapMany(
            database -> {
              AggregatePublisher<RawBsonDocument> query =
                  events(database).aggregate(pipeline).allowDiskUse(false);
              return query;
            });
  }

  private MongoCollection<RawBsonDocument> events(MongoDatabase database) {
    return database.getCollection(connection.settings().collection(), RawBsonDocument.class);
  }

  private void read(Flux<RawBsonDocument> results, Consumer<? super RawBsonDocument> each) {
    takePermit();
    // Closing the stream ends the query, also if the consumer throws.
    try (Stream<RawBsonDocument> stream = results.toStream(BATCH)) {
      Iterator<RawBsonDocument> documents = stream.iterator();
      while (hasNext(documents)) {
        each.accept(documents.next());
      }
    } finally {
      permits.release();
    }
  }

  private boolean hasNext(Iterator<?> documents) {
    try {
      return documents.hasNext();
    } catch (RuntimeException e) {
      throw StoreFailures.of(e, connection);
    }
  }

  private void takePermit() {
    try {
      if (!permits.tryAcquire(MAX_WAIT.toMillis(), TimeUnit.MILLISECONDS)) {
        throw StoreFailures.busy(concurrency);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreFailures.closing();
    }
  }
}
