package io.wideevents.toolbox.benchmark;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Projections;
import com.mongodb.client.model.changestream.ChangeStreamDocument;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.toolbox.load.Window;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.Histogram;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Watches a database for expected events through a change stream. MongoDB reports an event there
 * after the majority of the replica set has it, so the measured times include that. Safe for
 * concurrent use. The caller closes this object.
 */
final class StoredWatch implements AutoCloseable {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);
  private static final String MARK = "watch-begins";

  private final MongoClient client;
  private final String database;
  private final Map<String, Long> dueByRequest = new ConcurrentHashMap<>();
  private final Histogram micros = new Histogram(3);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final long openedNanos = System.nanoTime();
  private final Disposable subscription;

  private StoredWatch(String uri, String database) {
    this.client = MongoClients.create(uri);
    this.database = database;
    this.subscription =
        Flux.from(
                client
                    .getDatabase(database)
                    .watch(
                        List.of(
                            Aggregates.match(Filters.eq("operationType", "insert")),
                            Aggregates.project(
                                Projections.include("operationType", "fullDocument.requestId")))))
            .subscribe(this::stored, failure::set);
  }

  /**
   * Opens a watch, and blocks until MongoDB reports inserts to it.
   *
   * @throws IllegalStateException if MongoDB has no change streams
   */
  static StoredWatch open(String uri, String database) throws InterruptedException {
    StoredWatch watch = new StoredWatch(uri, database);
    try {
      watch.awaitMark();
      return watch;
    } catch (IllegalStateException | InterruptedException e) {
      watch.close();
      throw e;
    }
  }

  // An insert before the change stream is open is not reported, so the mark is inserted repeatedly.
  private void awaitMark() throws InterruptedException {
    expect(MARK, openedNanos);
    MongoCollection<Document> marks = client.getDatabase(database).getCollection("watch_marks");
    awaitEmpty(() -> Mono.from(marks.insertOne(new Document("requestId", MARK))).block(TIMEOUT));
    synchronized (micros) {
      micros.reset();
    }
  }

  /**
   * Expects an event.
   *
   * @param dueNanos when it was due, a value of {@link System#nanoTime}
   */
  void expect(String requestId, long dueNanos) {
    dueByRequest.put(requestId, dueNanos);
  }

  private void stored(ChangeStreamDocument<Document> change) {
    long now = System.nanoTime();
    Document document = change.getFullDocument();
    Long due = document == null ? null : dueByRequest.remove(document.getString("requestId"));
    if (due != null) {
      synchronized (micros) {
        micros.recordValue(TimeUnit.NANOSECONDS.toMicros(now - due));
      }
    }
  }

  /**
   * Blocks until all expected events are stored.
   *
   * @return the times from due to stored
   * @throws IllegalStateException if an event is not stored within a minute, or if MongoDB has no
   *     change streams
   */
  Window awaitAll() throws InterruptedException {
    awaitEmpty(() -> {});
    synchronized (micros) {
      return new Window(micros.copy(), 0, Duration.ofNanos(System.nanoTime() - openedNanos));
    }
  }

  private void awaitEmpty(Runnable beforeEachLook) throws InterruptedException {
    long end = System.nanoTime() + TIMEOUT.toNanos();
    while (!dueByRequest.isEmpty()) {
      Throwable failed = failure.get();
      if (failed != null) {
        throw new IllegalStateException(
            "Cannot watch MongoDB, which must be a replica set: " + failed.getMessage(), failed);
      }
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException(
            "%,d events were not stored within %s".formatted(dueByRequest.size(), TIMEOUT));
      }
      beforeEachLook.run();
      Thread.sleep(LOOK_AGAIN);
    }
  }

  @Override
  public void close() {
    subscription.dispose();
    client.close();
  }
}
