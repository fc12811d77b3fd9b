package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.delivery.kafka.TopicReader;
import io.wideevents.event.TestEvents;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** The whole gateway against a real broker and a real MongoDB, which come and go. */
class GatewayApplicationIT {
  private static final KafkaBroker BROKER = KafkaBroker.startOwn();
  private static final Duration RECOVERY = Duration.ofSeconds(60);

  @TempDir private Path spool;

  private final HttpClient http = HttpClient.newHttpClient();
  private final String topic = TestStack.uniqueName(GatewayApplicationIT.class);
  private final String database = TestStack.newDatabase(GatewayApplicationIT.class);
  private final Instant now = Instant.now();
  private Optional<GatewayApplication> gateway = Optional.empty();
  private int port;

  @AfterAll
  static void closeBroker() {
    BROKER.close();
  }

  @AfterEach
  void close() {
    gateway.ifPresent(GatewayApplication::close);
    http.close();
  }

  @Test
  void events_areInKafkaWhenAnswered() {
    // Given
    start(Map.of("MONGODB_URI", TestStack.mongo()));
    awaitReady("ready");

    // When
    HttpResponse<String> response = post(TestEvents.array(TestEvents.checkouts(500, now)));

    // Then
    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(Document.parse(response.body()))
        .containsEntry("accepted", 500)
        .containsEntry("tier", "kafka");
    var records = TopicReader.records(BROKER.bootstrapServers(), topic);
    assertThat(records).hasSize(500);
    Document value = Document.parse(new String(records.getFirst().value(), StandardCharsets.UTF_8));
    assertThat(value).containsKeys("eventId", "_summary", "_ingest", "cart");
    assertThat(value.get("_ingest", Document.class)).containsEntry("tier", "kafka");
  }

  @Test
  void eventsOfALenientIntakeAndRejectedOnes_areInTheirTopicsWhenAnswered() {
    // Given
    start(
        Map.of(
            "MONGODB_URI",
            TestStack.mongo(),
            "HTTP_INTAKE",
            "lenient;nest;service=web;route=access",
            "MQ_DLQ_REJECTED",
            "true",
            "MQ_DLQ_TOPIC",
            topic + ".dlq"));
    awaitReady("ready");
    String body =
        "{\"ts\":%d.5,\"http.status\":200}%n{\"level\":\"no time\"}%n"
            .formatted(now.getEpochSecond());

    // When the dead-letter topic, which connects by itself, acknowledges
    HttpResponse<String> response =
        await().atMost(RECOVERY).until(() -> post(body), reply -> reply.statusCode() != 503);

    // Then
    assertThat(response.statusCode()).as(response.body()).isEqualTo(207);
    assertThat(Document.parse(response.body()))
        .containsEntry("accepted", 1)
        .containsEntry("deadLettered", 1);
    Document event =
        Document.parse(
            new String(
                TopicReader.records(BROKER.bootstrapServers(), topic).getFirst().value(),
                StandardCharsets.UTF_8));
    assertThat(event.get("http", Document.class)).containsEntry("status", 200);
    assertThat(event.get("_ingest", Document.class).getList("inferred", String.class))
        .contains("timestamp: from ts", "http.status: nested", "requestId: generated");
    var letter = TopicReader.records(BROKER.bootstrapServers(), topic + ".dlq").getFirst();
    assertThat(letter.value())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("{\"level\":\"no time\"}");
    assertThat(letter.headers().lastHeader("dlq-origin").value())
        .asString(StandardCharsets.UTF_8)
        .isEqualTo("gateway");
  }

  @Test
  void events_areInMongoDbWhenAnsweredWithoutAQueue() {
    start(Map.of("MONGODB_URI", TestStack.mongo(), "MQ_ENABLED", "false"));

    HttpResponse<String> response = post(TestEvents.array(TestEvents.checkouts(50, now)));

    assertThat(response.statusCode()).isEqualTo(202);
    assertThat(Document.parse(response.body())).containsEntry("tier", "mongodb");
    assertThat(stored(TestStack.mongo())).isEqualTo(50);
  }

  @Test
  void events_goToMongoDbWhileKafkaIsAwayAndToKafkaWhenItIsBack() {
    // Given
    start(Map.of("MONGODB_URI", TestStack.mongo()));
    awaitReady("ready");
    post(TestEvents.checkout(0, now));
    BROKER.kill9();

    // When
    List<String> tiers =
        List.of(
            tier(post(TestEvents.checkout(1, now))),
            tier(post(TestEvents.checkout(2, now))),
            tier(post(TestEvents.checkout(3, now))));
    // The fastest of several, because other work of the machine may delay any of them.
    Duration withCircuitOpen = Duration.ofDays(1);
    for (int i = 4; i < 9; i++) {
      long start = System.nanoTime();
      post(TestEvents.checkout(i, now));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      withCircuitOpen = took.compareTo(withCircuitOpen) < 0 ? took : withCircuitOpen;
    }
    BROKER.start();

    // Then
    assertThat(tiers).containsOnly("mongodb");
    assertThat(withCircuitOpen).isLessThan(Duration.ofSeconds(1));
    await()
        .atMost(RECOVERY)
        .untilAsserted(
            () -> assertThat(tier(post(TestEvents.checkout(9, now)))).isEqualTo("kafka"));
  }

  @Test
  void events_areSpooledWhileBothAreAwayAndReachMongoDbWhenItComes() {
    // Given neither of them
    Optional<RestartableMongoServer> mongod = TestStack.startOwnMongo();
    assumeTrue(mongod.isPresent(), "no mongod to start late");
    try (RestartableMongoServer late = mongod.get()) {
      late.stop();
      BROKER.stop();
      start(Map.of("MONGODB_URI", late.uri()));
      assertThat(tier(post(TestEvents.array(TestEvents.checkouts(20, now))))).isEqualTo("spool");
      awaitReady("degraded");

      // When MongoDB comes
      late.start();

      // Then it takes what was spooled, and new events
      await().atMost(RECOVERY).untilAsserted(() -> assertThat(stored(late.uri())).isEqualTo(20));
      await()
          .atMost(RECOVERY)
          .untilAsserted(
              () -> assertThat(tier(post(TestEvents.checkout(1, now)))).isEqualTo("mongodb"));
      assertThat(stored(late.uri())).as("event 1 was there before").isEqualTo(20);

      // When Kafka comes, too
      BROKER.start();

      // Then
      await()
          .atMost(RECOVERY)
          .untilAsserted(
              () -> assertThat(tier(post(TestEvents.checkout(2, now)))).isEqualTo("kafka"));
    }
  }

  private void start(Map<String, String> environment) {
    Map<String, String> all = new HashMap<>(environment);
    all.put("HTTP_PORT", "0");
    all.put("KAFKA_BROKER", BROKER.bootstrapServers());
    all.put("KAFKA_LOG_TOPIC", topic);
    all.put("MONGODB_DATABASE", database);
    all.put("SPOOL_DIR", spool.toString());
    var application =
        new GatewayApplication(GatewaySettings.CATALOGUE.resolve(Map.of(), all).settings());
    gateway = Optional.of(application);
    port = application.start();
  }

  private void awaitReady(String status) {
    await()
        .atMost(RECOVERY)
        .untilAsserted(
            () ->
                assertThat(
                        Document.parse(send(HttpRequest.newBuilder(uri("/health/ready"))).body()))
                    .containsEntry("status", status));
  }

  private HttpResponse<String> post(String body) {
    return send(
        HttpRequest.newBuilder(uri("/v1/events"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.timeout(Duration.ofSeconds(30)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new AssertionError("No response", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static String tier(HttpResponse<String> response) {
    return Optional.ofNullable(Document.parse(response.body()).getString("tier")).orElse("none");
  }

  private long stored(String uri) {
    try (MongoClient client = MongoClients.create(uri)) {
      return Mono.from(client.getDatabase(database).getCollection("wide_events").countDocuments())
          .blockOptional()
          .orElseThrow();
    }
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
