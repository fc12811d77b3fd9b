package io.wideevents.toolbox.benchmark;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventDocument;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;

/**
 * Times queries of a gateway over a collection with the events of a day: alone, and while events
 * are posted to the same gateway and stored by a worker. The events of each hour have their own
 * seed, so each hour has its incidents.
 */
final class QueryBenchmark {
  private static final int PARTITIONS = 6;
  private static final int BATCH = 500;
  private static final int EVENTS_IN_A_POST = 100;
  private static final int MOST_IN_FLIGHT = 32;
  private static final int HOURS = 24;
  private static final Duration INGESTION_ALONE = Duration.ofSeconds(20);
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(60);
  private static final Duration STORE_TIMEOUT = Duration.ofMinutes(2);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);
  private static final long HIGHEST_MICROS = TimeUnit.MINUTES.toMicros(5);

  private final Servers servers;
  private final int events;
  private final int eventsPerSecond;
  private final Repetition repetition;
  private final PrintWriter talk;
  private final HttpClient http = HttpClient.newHttpClient();

  /**
   * How often a query is timed.
   *
   * @param rounds in each, every query is timed alone, and while events are stored
   * @param repeats of each query, one after the other
   */
  record Repetition(int rounds, int repeats) {}

  /**
   * What was measured in one half of a round.
   *
   * @param queries times of each query, by its name; empty if no query ran
   * @param posts times of the posts; empty if no event was posted
   * @param storedPerSecond events; NaN if no event was posted
   */
  private record Result(
      Map<String, Histogram> queries, Histogram posts, double storedPerSecond, double otherWork) {
    double millis(String query, double percentile) {
      return Objects.requireNonNull(queries.get(query)).getValueAtPercentile(percentile) / 1e3;
    }

    double postMillis(double percentile) {
      return posts.getValueAtPercentile(percentile) / 1e3;
    }
  }

  /**
   * @param servers running
   * @param events stored before the first query
   * @param eventsPerSecond posted while queries run
   * @param talk for progress
   */
  QueryBenchmark(
      Servers servers, int events, int eventsPerSecond, Repetition repetition, PrintWriter talk) {
    this.servers = servers;
    this.events = events;
    this.eventsPerSecond = eventsPerSecond;
    this.repetition = repetition;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    String name = "benchmark-query-" + ProcessHandle.current().pid();
    Map<String, String> settings = new HashMap<>(Servers.workerSettings(name, name));
    Instant end = Instant.now();
    try (TopicView topic = new TopicView(servers.brokers(), name);
        StoredEvents stored = new StoredEvents(servers.mongoUri(), name)) {
      topic.create(PARTITIONS);
      String requestId = fill(name, end);
      settings.put("QUERY_ENABLED", "true");
      settings.put("QUERY_TIMEOUT", QUERY_TIMEOUT.toSeconds() + "s");
      try (GatewayProcess gateway = servers.startGateway(name + "-gateway", settings);
          WorkerProcess worker = servers.launchWorker(name + "-worker", settings)) {
        worker.awaitConsuming();
        return measure(queries(gateway.url(), requestId), gateway.url(), stored);
      } finally {
        topic.delete();
        stored.drop();
      }
    }
  }

  private SpeedReport.Part measure(
      Map<String, HttpRequest> queries, URI gateway, StoredEvents stored)
      throws InterruptedException {
    Rounds<Result> timed = new Rounds<>(Result::otherWork);
    Rounds<Result> ingestion = new Rounds<>(Result::otherWork);
    // Both JVMs compile what they need, and MongoDB reads its files.
    ingest(gateway, stored, () -> ask(queries, 1));
    for (int round = 1; round <= repetition.rounds(); round++) {
      OtherWork otherWork = OtherWork.begin();
      Map<String, Histogram> times = ask(queries, repetition.repeats());
      Result alone = new Result(times, new Histogram(3), Double.NaN, otherWork.share());
      Result ingestionAlone =
          ingest(
              gateway,
              stored,
              () -> {
                sleep(INGESTION_ALONE);
                return Map.of();
              });
      Result both = ingest(gateway, stored, () -> ask(queries, repetition.repeats()));
      timed.add(both, alone);
      ingestion.add(both, ingestionAlone);
      talk.printf(
          Locale.ROOT,
          "round %d of %d: %,.0f events stored/s without queries, %,.0f with%n",
          round,
          repetition.rounds(),
          ingestionAlone.storedPerSecond(),
          both.storedPerSecond());
      talk.flush();
    }
    return part(queries.keySet(), timed, ingestion);
  }

  private static SpeedReport.Part part(
      Iterable<String> queries, Rounds<Result> timed, Rounds<Result> ingestion) {
    List<Comparison> comparisons = new ArrayList<>();
    for (String query : queries) {
      comparisons.add(timed.compare(query + ", p50 ms", result -> result.millis(query, 50)));
      comparisons.add(timed.compare(query + ", p95 ms", result -> result.millis(query, 95)));
    }
    Comparison rate = ingestion.compare("events stored/s", Result::storedPerSecond);
    comparisons.add(rate);
    comparisons.add(
        ingestion.compare("a post of 100 events, p50 ms", result -> result.postMillis(50)));
    comparisons.add(
        ingestion.compare("a post of 100 events, p99 ms", result -> result.postMillis(99)));
    return new SpeedReport.Part(
        "queries while events are stored",
        "one without the other",
        comparisons,
        List.of(
            Goal.atMost(
                "ingestion: slowdown by queries", 100 * (1 - rate.ratio().median()), 5, "%")));
  }

  /**
   * Stores the events of the day.
   *
   * @return the request id of one of them
   */
  private String fill(String database, Instant end) {
    MongoSettings settings =
        new MongoSettings(
            servers.mongoUri(),
            database,
            MongoSettings.DEFAULT_COLLECTION,
            Duration.ofMinutes(2),
            Duration.ofSeconds(10),
            4,
            Duration.ofDays(30),
            false);
    RecordDecoder decoder = new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system());
    String requestId = "";
    try (MongoConnection connection = new MongoConnection(settings, "benchmark")) {
      new EventCollection(connection).ensure().join();
      MongoBatchWriter writer = new MongoBatchWriter(connection);
      for (int hour = 1; hour <= HOURS; hour++) {
        SampleTraffic traffic = new SampleTraffic(hour, end.minus(Duration.ofHours(hour)));
        for (int left = events / HOURS; left > 0; left -= BATCH) {
          List<EventDocument> batch = new ArrayList<>(BATCH);
          while (batch.size() < Math.min(left, BATCH)) {
            if (decoder.decode(traffic.next(), null, null, end)
                instanceof RecordResult.Decoded decoded) {
              batch.add(decoded.document());
            }
          }
          writer.write(batch).join();
          requestId = batch.getFirst().bson().getString("requestId").getValue();
        }
        talk.printf(Locale.ROOT, "stored the events of %d of %d hours%n", hour, HOURS);
        talk.flush();
      }
    }
    return requestId;
  }

  private Map<String, Histogram> ask(Map<String, HttpRequest> queries, int repeats) {
    Map<String, Histogram> times = new LinkedHashMap<>();
    queries.forEach(
        (name, request) -> {
          Histogram micros = new Histogram(HIGHEST_MICROS, 3);
          for (int i = 0; i < repeats; i++) {
            long began = System.nanoTime();
            require(send(request), 200);
            micros.recordValue((System.nanoTime() - began) / 1_000);
          }
          times.put(name, micros);
        });
    return times;
  }

  /** What runs while events are posted. */
  @FunctionalInterface
  private interface Meanwhile {
    Map<String, Histogram> run();
  }

  /** Posts events at the configured rate while {@code meanwhile} runs, until all are stored. */
  private Result ingest(URI gateway, StoredEvents stored, Meanwhile meanwhile)
      throws InterruptedException {
    OtherWork otherWork = OtherWork.begin();
    Histogram posts = new ConcurrentHistogram(HIGHEST_MICROS, 3);
    AtomicBoolean isOver = new AtomicBoolean();
    AtomicLong posted = new AtomicLong();
    long before = stored.count();
    long began = System.nanoTime();
    CompletableFuture<Void> posting =
        CompletableFuture.runAsync(() -> post(gateway, isOver, posts, posted));
    Map<String, Histogram> queries;
    try {
      queries = meanwhile.run();
    } finally {
      isOver.set(true);
    }
    posting.join();
    long deadline = System.nanoTime() + STORE_TIMEOUT.toNanos();
    while (stored.count() < before + posted.get()) {
      if (System.nanoTime() - deadline > 0) {
        throw new IllegalStateException(
            "Of %,d events that were acknowledged, %,d are stored"
                .formatted(posted.get(), stored.count() - before));
      }
      Thread.sleep(LOOK_AGAIN);
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    return new Result(queries, posts, posted.get() / seconds, otherWork.share());
  }

  private void post(URI gateway, AtomicBoolean isOver, Histogram posts, AtomicLong posted) {
    Iterator<RequestBody> bodies =
        new SampleTraffic(System.nanoTime(), Instant.now())
            .batches(Integer.MAX_VALUE, EVENTS_IN_A_POST)
            .iterator();
    Iterator<LoadGenerator.Request> requests =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return !isOver.get();
          }

          @Override
          public LoadGenerator.Request next() {
            if (!bodies.hasNext()) {
              throw new NoSuchElementException();
            }
            RequestBody body = bodies.next();
            HttpRequest request =
                HttpRequest.newBuilder(gateway.resolve("/v1/events"))
                    .timeout(QUERY_TIMEOUT)
                    .header("Content-Type", RequestBody.NDJSON)
                    .POST(BodyPublishers.ofByteArray(body.bytes()))
                    .build();
            return due -> {
              require(send(request), 202);
              posts.recordValue((System.nanoTime() - due) / 1_000);
              posted.addAndGet(body.events());
            };
          }
        };
    try {
      new LoadGenerator((double) eventsPerSecond / EVENTS_IN_A_POST, MOST_IN_FLIGHT).run(requests);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CompletionException(e);
    }
  }

  private HttpResponse<String> send(HttpRequest request) {
    try {
      return http.send(request, BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("The gateway does not answer: " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a request was under way", e);
    }
  }

  private static void require(HttpResponse<String> answer, int status) {
    if (answer.statusCode() != status) {
      throw new IllegalStateException(
          "The gateway answered %s with %d: %s"
              .formatted(answer.uri(), answer.statusCode(), answer.body()));
    }
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while events were stored", e);
    }
  }

  private static Map<String, HttpRequest> queries(URI gateway, String requestId) {
    Map<String, HttpRequest> queries = new LinkedHashMap<>();
    queries.put("request id", get(gateway, "/v1/requests/" + requestId));
    queries.put(
        "last 100 of a service", get(gateway, "/v1/events?filter=service:checkout&from=-24h"));
    queries.put("histogram of 24 h", query(gateway, Map.of("from", "-24h", "series", "auto")));
    Map<String, Object> byRoute =
        Map.of("groupBy", List.of("route"), "calculate", List.of("count", "p95(duration)"));
    Map<String, Object> byRouteOfTheDay = new HashMap<>(byRoute);
    byRouteOfTheDay.put("from", "-24h");
    queries.put("route with p95, 24 h", query(gateway, byRouteOfTheDay));
    queries.put("route with p95, 1 h", query(gateway, byRoute));
    queries.put(
        "compare, 24 h",
        post(
            gateway,
            "/v1/compare",
            Map.of(
                "selection", Map.of("filter", "duration:>800", "from", "-24h"),
                "baseline", Map.of("from", "-24h"))));
    queries.put(
        "compare a service, 1 h",
        post(
            gateway,
            "/v1/compare",
            Map.of(
                "selection", Map.of("filter", "service:checkout duration:>800"),
                "baseline", Map.of("filter", "service:checkout"))));
    return queries;
  }

  private static HttpRequest get(URI gateway, String path) {
    return HttpRequest.newBuilder(gateway.resolve(path)).timeout(QUERY_TIMEOUT).build();
  }

  private static HttpRequest query(URI gateway, Map<String, Object> body) {
    return post(gateway, "/v1/query", body);
  }

  private static HttpRequest post(URI gateway, String path, Map<String, Object> body) {
    return HttpRequest.newBuilder(gateway.resolve(path))
        .timeout(QUERY_TIMEOUT)
        .header("Content-Type", RequestBody.JSON)
        .POST(BodyPublishers.ofByteArray(JsonMapper.shared().writeValueAsBytes(body)))
        .build();
  }
}
