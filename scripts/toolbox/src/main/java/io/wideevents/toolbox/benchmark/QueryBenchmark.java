package io.wideevents.toolbox.benchmark;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventDocument;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.compare.CompareQuery;
import io.wideevents.query.compare.CompareRequest;
import io.wideevents.query.stats.StatsQuery;
import io.wideevents.query.stats.StatsRequest;
import io.wideevents.query.store.EventStore;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Times queries of a collection with the events of a day: alone, and while events are stored. The
 * events of each hour have their own seed, so each hour has its incidents.
 */
final class QueryBenchmark {
  private static final String DATABASE = "wide_events_query_benchmark";
  private static final int BATCH = 500;
  private static final int HOURS = 24;
  private static final Duration INGESTION_ALONE = Duration.ofSeconds(10);

  private static final Map<String, String> QUERIES = queries();

  private final Servers servers;
  private final int events;
  private final int eventsPerSecond;
  private final int rounds;
  private final PrintWriter talk;
  private final RecordDecoder decoder =
      new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system());

  /**
   * @param millis of each query, by its name
   * @param storedPerSecond events; NaN if none were stored
   */
  private record Result(
      Map<String, Double> millis, double storedPerSecond, double batchMillis, double otherWork) {}

  /**
   * @param servers running
   * @param events stored before the first query
   * @param eventsPerSecond stored while queries run
   * @param rounds in each, every query once alone and once while events are stored
   * @param talk for progress
   */
  QueryBenchmark(Servers servers, int events, int eventsPerSecond, int rounds, PrintWriter talk) {
    this.servers = servers;
    this.events = events;
    this.eventsPerSecond = eventsPerSecond;
    this.rounds = rounds;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    MongoSettings settings =
        new MongoSettings(
            servers.mongoUri(),
            DATABASE,
            MongoSettings.DEFAULT_COLLECTION,
            Duration.ofMinutes(2),
            Duration.ofSeconds(10),
            4,
            Duration.ofDays(30),
            false);
    servers.dropDatabase(DATABASE);
    try (MongoConnection connection = new MongoConnection(settings, "benchmark");
        EventStore store = new EventStore(settings, 1)) {
      new EventCollection(connection).ensure().join();
      MongoBatchWriter writer = new MongoBatchWriter(connection);
      Instant end = Instant.now();
      fill(writer, end);
      Rounds<Result> queries = new Rounds<>(Result::otherWork);
      Rounds<Result> ingestion = new Rounds<>(Result::otherWork);
      for (int round = 1; round <= rounds; round++) {
        Result alone = ask(store, end);
        Result ingestionAlone = store(writer, end, () -> sleep(INGESTION_ALONE));
        Map<String, Double> millis = new LinkedHashMap<>();
        Result both = store(writer, end, () -> millis.putAll(ask(store, end).millis()));
        queries.add(
            new Result(millis, both.storedPerSecond, both.batchMillis, both.otherWork), alone);
        ingestion.add(both, ingestionAlone);
        talk.printf(Locale.ROOT, "round %d of %d: %s ms%n", round, rounds, alone.millis());
        talk.flush();
      }
      return part(queries, ingestion);
    } finally {
      servers.dropDatabase(DATABASE);
    }
  }

  private static SpeedReport.Part part(Rounds<Result> queries, Rounds<Result> ingestion) {
    List<Comparison> comparisons = new ArrayList<>();
    for (String name : QUERIES.keySet()) {
      comparisons.add(queries.compare(name + ", ms", result -> result.millis().get(name)));
    }
    comparisons.add(ingestion.compare("events stored/s", Result::storedPerSecond));
    comparisons.add(ingestion.compare("ms for a batch of 500", Result::batchMillis));
    double slowdown = 100 * (1 - comparisons.get(QUERIES.size()).ratio().median());
    return new SpeedReport.Part(
        "queries while events are stored",
        "one without the other",
        comparisons,
        List.of(Goal.atMost("ingestion: slowdown by queries", slowdown, 5, "%")));
  }

  private void fill(MongoBatchWriter writer, Instant end) {
    for (int hour = 1; hour <= HOURS; hour++) {
      SampleTraffic traffic = new SampleTraffic(hour, end.minus(Duration.ofHours(hour)));
      for (int left = events / HOURS; left > 0; left -= BATCH) {
        writer.write(batch(traffic, Math.min(left, BATCH), end)).join();
      }
      talk.printf(Locale.ROOT, "stored the events of %d of %d hours%n", hour, HOURS);
      talk.flush();
    }
  }

  private List<EventDocument> batch(SampleTraffic traffic, int count, Instant recordTime) {
    List<EventDocument> batch = new ArrayList<>(count);
    while (batch.size() < count) {
      RecordResult result = decoder.decode(traffic.next(), null, null, recordTime);
      if (result instanceof RecordResult.Decoded decoded) {
        batch.add(decoded.document());
      }
    }
    return batch;
  }

  /** Asks each query once. */
  private static Result ask(EventStore store, Instant end) {
    OtherWork otherWork = OtherWork.begin();
    Map<String, Double> millis = new LinkedHashMap<>();
    QUERIES.forEach(
        (name, body) -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          long began = System.nanoTime();
          if (name.startsWith("compare")) {
            CompareQuery.run(CompareRequest.parse(bytes, end), store);
          } else {
            StatsQuery.run(StatsRequest.parse(bytes, end), store);
          }
          millis.put(name, (System.nanoTime() - began) / 1e6);
        });
    return new Result(millis, Double.NaN, Double.NaN, otherWork.share());
  }

  /** Stores events at the configured rate while {@code meanwhile} runs. */
  private Result store(MongoBatchWriter writer, Instant end, Runnable meanwhile) {
    AtomicBoolean isOver = new AtomicBoolean();
    OtherWork otherWork = OtherWork.begin();
    CompletableFuture<Result> storing =
        CompletableFuture.supplyAsync(() -> storeUntil(isOver, writer, end, otherWork));
    try {
      meanwhile.run();
    } finally {
      isOver.set(true);
    }
    return storing.join();
  }

  private Result storeUntil(
      AtomicBoolean isOver, MongoBatchWriter writer, Instant end, OtherWork otherWork) {
    SampleTraffic traffic = new SampleTraffic(System.nanoTime(), end);
    long began = System.nanoTime();
    long stored = 0;
    List<Double> millis = new ArrayList<>();
    while (!isOver.get()) {
      long due = began + Math.round(stored * 1e9 / eventsPerSecond);
      sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
      List<EventDocument> batch = batch(traffic, BATCH, end);
      long sent = System.nanoTime();
      writer.write(batch).join();
      millis.add((System.nanoTime() - sent) / 1e6);
      stored += BATCH;
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    double median = Quartiles.of(millis.stream().mapToDouble(Double::doubleValue)).median();
    return new Result(Map.of(), stored / seconds, median, otherWork.share());
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while storing events", e);
    }
  }

  private static Map<String, String> queries() {
    Map<String, String> queries = new LinkedHashMap<>();
    queries.put("histogram of 24 h", "{\"from\": \"-24h\", \"series\": \"auto\"}");
    queries.put(
        "route with p95, 24 h",
        "{\"from\": \"-24h\", \"groupBy\": [\"route\"], \"calculate\": [\"count\","
            + " \"p95(duration)\"]}");
    queries.put(
        "route with p95, 1 h",
        "{\"groupBy\": [\"route\"], \"calculate\": [\"count\", \"p95(duration)\"]}");
    queries.put(
        "compare, 24 h",
        "{\"selection\": {\"filter\": \"duration:>800\", \"from\": \"-24h\"},"
            + " \"baseline\": {\"from\": \"-24h\"}}");
    queries.put(
        "compare a service, 1 h",
        "{\"selection\": {\"filter\": \"service:checkout duration:>800\"},"
            + " \"baseline\": {\"filter\": \"service:checkout\"}}");
    return queries;
  }
}
