package io.wideevents.toolbox.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.mongodb.WriteConcern;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.toolbox.load.LoadGenerator;
import io.wideevents.toolbox.load.RequestBody;
import io.wideevents.toolbox.load.Window;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.TopicView;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/**
 * Measures the time from the moment at which an event is due at the gateway until it is visible in
 * MongoDB, at a steady rate. The reference is the time that MongoDB alone takes for inserts of as
 * many events a second.
 */
final class DelayBenchmark {
  static final int EVENTS_PER_SECOND = 1_000;

  private static final String REFERENCE = "plain inserts";
  private static final int PARTITIONS = 6;
  // As many events as become due while a batch of the worker waits for 25 ms.
  private static final int EVENTS_OF_INSERT = EVENTS_PER_SECOND * 25 / 1_000;
  // The gateway accepts 256 connections from one address.
  private static final int MOST_IN_FLIGHT = 128;
  private static final int ACKNOWLEDGED = 202;
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

  private final Servers servers;
  private final Duration warmUp;
  private final Duration slice;
  private final PrintWriter talk;
  private final SizedEvents events = new SizedEvents(3);

  /**
   * @param servers running; MongoDB must be a replica set
   * @param warmUp how long events are posted before the measurement
   * @param slice how long events are measured
   * @param talk for progress
   */
  DelayBenchmark(Servers servers, Duration warmUp, Duration slice, PrintWriter talk) {
    this.servers = servers;
    this.warmUp = warmUp;
    this.slice = slice;
    this.talk = talk;
  }

  SpeedReport.Part run() throws InterruptedException {
    Window byDefault = measure("with defaults", Map.of());
    Window fast = measure("with MQ_BATCH_TIMEOUT_MS=25", Map.of("MQ_BATCH_TIMEOUT_MS", "25"));
    Window plain = plainInserts();
    return new SpeedReport.Part(
        "event to stored, MQ_BATCH_TIMEOUT_MS=25",
        REFERENCE,
        List.of(compare("p50 ms", 50, fast, plain), compare("p99 ms", 99, fast, plain)),
        List.of(
            Goal.atMost("event to stored, defaults: p99", byDefault.millis(99), 1_100, "ms"),
            Goal.atMost(
                "event to stored, MQ_BATCH_TIMEOUT_MS=25: p99", fast.millis(99), 60, "ms")));
  }

  private static Comparison compare(String figure, double percentile, Window ours, Window plain) {
    return new Comparison(
        figure,
        List.of(
            new Comparison.Pair(ours.millis(percentile), plain.millis(percentile), Double.NaN)));
  }

  /** Inserts events without a gateway, Kafka and a worker. An event is due when it is inserted. */
  private Window plainInserts() throws InterruptedException {
    String database = "benchmark-delay-plain-" + ProcessHandle.current().pid();
    try (MongoClient client = MongoClients.create(servers.mongoUri())) {
      MongoCollection<Document> collection =
          client
              .getDatabase(database)
              .getCollection("plain_inserts")
              .withWriteConcern(WriteConcern.MAJORITY);
      insert(collection, database, warmUp);
      Window measured = insert(collection, database, slice);
      say("Plain inserts of %d events".formatted(EVENTS_OF_INSERT), measured);
      return measured;
    } finally {
      servers.dropDatabase(database);
    }
  }

  private Window insert(MongoCollection<Document> collection, String database, Duration duration)
      throws InterruptedException {
    int inserts = (int) (EVENTS_PER_SECOND * duration.toSeconds() / EVENTS_OF_INSERT);
    try (StoredWatch watch = StoredWatch.open(servers.mongoUri(), database)) {
      new LoadGenerator((double) EVENTS_PER_SECOND / EVENTS_OF_INSERT, MOST_IN_FLIGHT)
          .run(IntStream.range(0, inserts).mapToObj(i -> insert(collection, watch)).iterator());
      return watch.awaitAll();
    }
  }

  private LoadGenerator.Request insert(MongoCollection<Document> collection, StoredWatch watch) {
    List<Document> documents =
        Stream.generate(() -> Document.parse(new String(events.next(), UTF_8)))
            .limit(EVENTS_OF_INSERT)
            .toList();
    return due -> {
      documents.forEach(document -> watch.expect(document.getString("requestId"), due));
      Mono.from(collection.insertMany(documents)).block(REQUEST_TIMEOUT);
    };
  }

  private Window measure(String what, Map<String, String> workerSettings)
      throws InterruptedException {
    String name = "benchmark-delay-" + ProcessHandle.current().pid();
    Map<String, String> settings = new HashMap<>(Servers.workerSettings(name, name));
    try (TopicView topic = new TopicView(servers.brokers(), name)) {
      topic.create(PARTITIONS);
      try (GatewayProcess gateway = servers.startGateway(name + "-gateway", settings)) {
        settings.putAll(workerSettings);
        try (WorkerProcess worker = servers.launchWorker(name + "-worker", settings)) {
          worker.awaitConsuming();
          post(gateway.url(), name, warmUp);
          Window measured = post(gateway.url(), name, slice);
          say("Event to stored, " + what, measured);
          return measured;
        }
      } finally {
        topic.delete();
        servers.dropDatabase(name);
      }
    }
  }

  private void say(String what, Window measured) {
    talk.printf(
        Locale.ROOT,
        "%s, %,d events/s: p50 %.0f ms, p99 %.0f ms, longest %.0f ms%n",
        what,
        EVENTS_PER_SECOND,
        measured.millis(50),
        measured.millis(99),
        measured.maxMillis());
    talk.flush();
  }

  private Window post(URI gateway, String database, Duration duration) throws InterruptedException {
    int count = (int) (EVENTS_PER_SECOND * duration.toSeconds());
    try (HttpClient http = HttpClient.newHttpClient();
        StoredWatch watch = StoredWatch.open(servers.mongoUri(), database)) {
      new LoadGenerator(EVENTS_PER_SECOND, MOST_IN_FLIGHT)
          .run(
              IntStream.range(0, count)
                  .mapToObj(i -> request(http, gateway, watch, events.next()))
                  .iterator());
      return watch.awaitAll();
    }
  }

  private static LoadGenerator.Request request(
      HttpClient http, URI gateway, StoredWatch watch, byte[] event) {
    String requestId = JsonMapper.shared().readTree(event).path("requestId").asString();
    HttpRequest request =
        HttpRequest.newBuilder(gateway.resolve("/v1/events"))
            .timeout(REQUEST_TIMEOUT)
            .header("Content-Type", RequestBody.JSON)
            .POST(BodyPublishers.ofByteArray(event))
            .build();
    return due -> {
      watch.expect(requestId, due);
      try {
        int status = http.send(request, BodyHandlers.discarding()).statusCode();
        if (status != ACKNOWLEDGED) {
          throw new IllegalStateException("The gateway answered " + status);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("The gateway does not answer: " + e, e);
      }
    };
  }
}
