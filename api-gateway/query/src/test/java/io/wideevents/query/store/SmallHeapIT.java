package io.wideevents.query.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.query.QueryException;
import io.wideevents.query.SmallHeap;
import io.wideevents.query.TimeRange;
import io.wideevents.query.compare.CompareQuery;
import io.wideevents.query.compare.CompareRequest;
import io.wideevents.query.filter.Filter;
import io.wideevents.query.search.EventSearch;
import io.wideevents.query.search.FieldSample;
import io.wideevents.query.search.SearchOrder;
import io.wideevents.query.stats.StatsQuery;
import io.wideevents.query.stats.StatsRequest;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Queries over large events in a gateway with a small heap. */
@EnabledIf(
    value = "io.wideevents.stack.TestStack#mongoIsServer",
    disabledReason = "The stand-in for MongoDB lacks expressions")
class SmallHeapIT {
  private static final int EVENTS = 60;
  private static final int ELEMENTS = 125_000;
  private static final Duration BOUND = Duration.ofSeconds(120);

  @TempDir private Path directory;

  /** Runs queries of all kinds at once, in a JVM that ends when memory runs out. */
  public static final class Queries {
    public static void main(String[] arguments) throws Exception {
      try (StoredEvents stored = StoredEvents.at(arguments[0], arguments[1]);
          EventStore store = new EventStore(stored.settings(Duration.ofSeconds(20)), 4);
          EventTail tail = store.tail(new BsonDocument(), null);
          var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        List<CompletableFuture<String>> outcomes = new ArrayList<>();
        for (int round = 0; round < 4; round++) {
          for (Consumer<EventStore.Reads> query : queries()) {
            outcomes.add(CompletableFuture.supplyAsync(() -> outcome(store, query), threads));
          }
        }
        store(stored, 12);
        outcomes.forEach(outcome -> System.out.println("outcome " + outcome.join()));
        for (int i = 0; i < 12; i++) {
          EventTail.Change change = tail.poll(Duration.ofSeconds(20));
          System.out.println(change == null ? "tail ended" : "tailed " + i);
        }
        System.out.println("reserved " + store.resultBytes());
      }
    }

    private static List<Consumer<EventStore.Reads>> queries() {
      Instant now = Instant.now();
      TimeRange range = TimeRange.parse("-1h", "now", now);
      byte[] grouped =
          "{\"groupBy\": [\"aaa\"], \"calculate\": [\"p95(n)\", \"count\"]}".getBytes(UTF_8);
      byte[] compared = "{\"selection\": {\"filter\": \"n:<30\"}}".getBytes(UTF_8);
      return List.of(
          reads -> new FieldSample(reads).fields(Filter.ALL, range, ""),
          reads -> new FieldSample(reads).fields(Filter.ALL, range, "other"),
          reads -> new EventSearch(reads).first(Filter.ALL, range, SearchOrder.DESC, 1000),
          reads -> StatsQuery.run(StatsRequest.parse(grouped, now), reads),
          reads -> CompareQuery.run(CompareRequest.parse(compared, now), reads));
    }

    private static String outcome(EventStore store, Consumer<EventStore.Reads> query) {
      try (EventStore.Reads reads = store.reads()) {
        query.accept(reads);
        return "ok";
      } catch (QueryException e) {
        return e.code();
      }
    }
  }

  @Test
  void queries_ofLargeEvents_doNotFillTheHeap() {
    String database = TestStack.newDatabase(SmallHeapIT.class);
    try (StoredEvents stored = StoredEvents.at(TestStack.mongo(), database)) {
      store(stored, EVENTS);

      try (ChildProcess queries =
          SmallHeap.start(
              Queries.class, directory.resolve("queries.log"), TestStack.mongo(), database)) {
        int exitCode = queries.awaitExit(BOUND);

        String log = queries.logText();
        assertThat(exitCode).as(log).isZero();
        assertThat(log).contains("tailed 11").contains("reserved 0");
        assertThat(log.lines().filter(line -> line.startsWith("outcome ")))
            .hasSize(20)
            .contains("outcome ok")
            .allMatch(
                line -> line.matches("outcome (ok|query_busy|query_too_large|too_many_groups)"));
      }
      Mono.from(stored.collection().drop()).block(BOUND);
    }
  }

  /** Events whose JSON has 256 KiB, and 1.5 MiB in MongoDB. */
  private static void store(StoredEvents stored, int count) {
    BsonArray zeros = new BsonArray(Collections.nCopies(ELEMENTS, new BsonInt32(0)));
    IntStream.range(0, count)
        .mapToObj(
            n ->
                new BsonDocument("_id", new BsonBinary(UUID.randomUUID()))
                    .append("service", new BsonString("large"))
                    .append("timestamp", new BsonDateTime(Instant.now().toEpochMilli() - 1_000))
                    .append("n", new BsonInt32(n))
                    .append("aaa", new BsonDocument("b".repeat(120), zeros)))
        .map(event -> new RawBsonDocument(event, new BsonDocumentCodec()))
        .forEach(event -> Mono.from(stored.collection().insertOne(event)).block(BOUND));
  }
}
