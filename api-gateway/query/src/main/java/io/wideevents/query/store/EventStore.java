package io.wideevents.query.store;

import com.mongodb.ReadPreference;
import com.mongodb.reactivestreams.client.MongoCollection;
import com.mongodb.reactivestreams.client.MongoDatabase;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.QueryException;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Reads the stored events. Has its own connection, so that queries take no connection of the
 * gateway's deliveries. At most the configured number of queries run at the same time. The queries
 * of one request end after the timeout of the settings, in MongoDB too.
 *
 * <p>The methods block, for at most the timeout plus one second of waiting for other queries. They
 * throw {@link QueryException} with the status 429, 503 or 504. Safe for concurrent use. Owned, and
 * closed, by the gateway's composition.
 */
public final class EventStore implements AutoCloseable {
  private static final Duration MAX_WAIT = Duration.ofSeconds(1);

  // The largest reply of MongoDB. Small results are read ahead up to a part of the heap.
  private static final long BATCH_BYTES = 16L << 20;
  private static final int HEAP_PART_OF_READ_AHEAD = 64;

  // An event can have 1 MiB and more, and a tail reads some of them ahead.
  private static final long TAIL_BYTES = 8L << 20;

  // The posts of events need most of the heap.
  private static final int HEAP_PART_OF_RESULTS = 4;
  private static final int HEAP_PART_OF_BATCHES = 4;
  private static final int HEAP_PART_OF_TAILS = 8;

  // A result as an object, and what statistics keep of it.
  private static final int RESULT_OVERHEAD = 400;
  private static final int KEPT_OF_RESULT = 100;

  // The results of a query are in memory together. The values of a field to group by may be long.
  private static final long MAX_RESULT_BYTES = 16L << 20;

  private final MongoConnection connection;
  private final Semaphore permits;
  private final Semaphore tailPermits;
  private final int concurrency;
  private final int maxTails;
  private final long readAheadBytes;
  private final QueryMemory memory;
  private final Sinks.Empty<Void> closing = Sinks.empty();

  /**
   * Does not connect yet.
   *
   * @param concurrency limit of queries at the same time, and of open tails. With a small heap
   *     there are fewer
   */
  public EventStore(MongoSettings settings, int concurrency) {
    this(settings, concurrency, Runtime.getRuntime().maxMemory());
  }

  EventStore(MongoSettings settings, int concurrency, long heapBytes) {
    this.connection = new MongoConnection(settings, "wide-events-query");
    this.concurrency = Math.clamp(heapBytes / HEAP_PART_OF_BATCHES / BATCH_BYTES, 1, concurrency);
    this.permits = new Semaphore(this.concurrency, true);
    this.maxTails = Math.clamp(heapBytes / HEAP_PART_OF_TAILS / TAIL_BYTES, 1, concurrency);
    this.tailPermits = new Semaphore(maxTails);
    this.readAheadBytes = heapBytes / HEAP_PART_OF_READ_AHEAD;
    this.memory = new QueryMemory(heapBytes / HEAP_PART_OF_RESULTS);
  }

  /** Begins the reads of one request. The caller closes them. */
  public Reads reads() {
    return new Reads(false);
  }

  /** As {@link #reads}, from the primary, which has every acknowledged event. */
  public Reads readsOfPrimary() {
    return new Reads(true);
  }

  /**
   * Opens a tail of the events that are stored from now on. Blocks for at most the timeout.
   *
   * @param condition which events, with the prefix {@link EventTail#PREFIX} before each field
   * @param after the token of the last change that the caller has seen; null to begin now
   * @throws QueryException {@code tail_expired}, {@code tail_unavailable}, or {@code query_busy} if
   *     as many tails are open as queries may run
   */
  public EventTail tail(BsonDocument condition, @Nullable String after) {
    if (!tailPermits.tryAcquire()) {
      throw StoreFailures.tooManyTails(maxTails);
    }
    try {
      return EventTail.open(connection, condition, after, tailPermits::release);
    } catch (RuntimeException e) {
      tailPermits.release();
      throw StoreFailures.of(e, connection);
    }
  }

  /** Number of tails that are open now. */
  public int tails() {
    return maxTails - tailPermits.availablePermits();
  }

  /** Number of queries that run now. */
  public int running() {
    return concurrency - permits.availablePermits();
  }

  /** Memory of the results of all requests, in bytes. */
  public long resultBytes() {
    return memory.usedBytes();
  }

  /** Queries in progress fail with 503. Idempotent; takes at most half a second. */
  @Override
  public void close() {
    // Otherwise the driver would let queries in progress run until their timeout.
    closing.tryEmitError(StoreFailures.closing());
    connection.close();
  }

  /**
   * The reads of one request, one after the other. The timeout of a query applies to all of them
   * together. It begins with the first read. The memory of the results is reserved until the reads
   * are closed. Used by one thread.
   */
  public final class Reads implements AutoCloseable {
    private final boolean isOfPrimary;
    private final QueryMemory.Reservation reserved = memory.new Reservation();
    private @Nullable Deadline deadline;
    private long lastResults;

    private Reads(boolean isOfPrimary) {
      this.isOfPrimary = isOfPrimary;
    }

    /**
     * Runs a pipeline on the events and returns its first results. The caller keeps them until the
     * next call, and afterwards only what it has computed from them.
     *
     * @param atMost limit of results; the pipeline should have it as well
     * @throws QueryException {@code query_too_large} if the results have more than 16 MiB, or if
     *     the request needs too much memory
     */
    public List<BsonDocument> aggregate(List<? extends Bson> pipeline, int atMost) {
      reserved.shrink(lastResults);
      lastResults = 0;
      List<BsonDocument> found = new ArrayList<>();
      long[] bytes = {0};
      read(
          pipeline,
          document -> {
            int size = document.getByteBuffer().remaining();
            bytes[0] += size;
            if (bytes[0] > MAX_RESULT_BYTES && !found.isEmpty()) {
              throw StoreFailures.tooLarge("The results of the query have more than 16 MiB");
            }
            reserve(size + RESULT_OVERHEAD);
            lastResults += size + RESULT_OVERHEAD - KEPT_OF_RESULT;
            found.add(document);
            return found.size() < atMost;
          });
      return found;
    }

    /**
     * Reserves memory for what the request keeps until the reads are closed.
     *
     * @throws QueryException 429 {@code query_busy} or 422 {@code query_too_large}
     */
    public void reserve(long bytes) {
      reserved.grow(bytes);
    }

    /**
     * Runs a pipeline on the events and calls the consumer for each result, one at a time, in the
     * calling thread. The consumer must not wait for a client, because the query keeps its permit
     * meanwhile. If the consumer throws, the query ends.
     */
    public void forEach(List<? extends Bson> pipeline, Consumer<? super RawBsonDocument> each) {
      read(
          pipeline,
          document -> {
            each.accept(document);
            return true;
          });
    }

    /**
     * As {@link #forEach}, until there are enough results.
     *
     * @param wantsMore returns false for the last result to read
     */
    public void forEachWhile(
        List<? extends Bson> pipeline, Predicate<? super RawBsonDocument> wantsMore) {
      read(pipeline, wantsMore);
    }

    /** Releases the memory. Idempotent. */
    @Override
    public void close() {
      lastResults = 0;
      reserved.close();
    }

    private void read(List<? extends Bson> pipeline, Predicate<? super RawBsonDocument> wantsMore) {
      takePermit();
      ReadAhead results = new ReadAhead(readAheadBytes);
      try {
        results(pipeline).subscribe(results);
        RawBsonDocument document = next(results);
        while (document != null && wantsMore.test(document)) {
          document = next(results);
        }
      } finally {
        results.cancel(); // which ends the query
        permits.release();
      }
    }

    private Flux<RawBsonDocument> results(List<? extends Bson> pipeline) {
      long millis = remainingMillis();
      return Mono.fromFuture(connection::queriedDatabase)
          .flatMapMany(
              database ->
                  events(isOfPrimary ? ofPrimary(database) : database)
                      .withTimeout(millis, TimeUnit.MILLISECONDS)
                      .aggregate(pipeline)
                      .allowDiskUse(false))
          .takeUntilOther(closing.asMono());
    }

    private long remainingMillis() {
      if (deadline == null) {
        deadline = Deadline.after(connection.settings().timeout());
      }
      long millis = deadline.remaining().toMillis();
      if (millis == 0) {
        throw StoreFailures.timeout(connection);
      }
      return millis;
    }
  }

  private static MongoDatabase ofPrimary(MongoDatabase database) {
    return database.withReadPreference(ReadPreference.primary());
  }

  private MongoCollection<RawBsonDocument> events(MongoDatabase database) {
    return database.getCollection(connection.settings().collection(), RawBsonDocument.class);
  }

  private @Nullable RawBsonDocument next(ReadAhead results) {
    try {
      return results.next();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw StoreFailures.closing();
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
