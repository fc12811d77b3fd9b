package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.event.TestEvents;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Mono;

/** Queries of a gateway whose MongoDB does not answer. Posts go to Kafka. */
class QueriesDuringOutageIT {
  private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(2);
  // The timeout, a second of waiting for other queries, and what a loaded machine adds.
  private static final Duration QUERY_BOUND = Duration.ofSeconds(6);
  private static final Duration RECOVERY = Duration.ofSeconds(60);
  private static final List<String> QUERIES =
      List.of("/v1/events", "/v1/requests/r", "/v1/fields", "/v1/events?filter=service:a");

  @TempDir private Path spool;

  private final HttpClient http = HttpClient.newHttpClient();
  private final Instant now = Instant.now();
  private RestartableMongoServer mongod;
  private GatewayApplication gateway;
  private int port;

  private record Answer(int status, String body, Duration took) {}

  @BeforeEach
  void start() {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "no mongod to freeze");
    mongod = own.get();
    gateway =
        new GatewayApplication(
            GatewaySettings.CATALOGUE
                .resolve(
                    Map.of(),
                    Map.of(
                        "HTTP_PORT", "0",
                        "KAFKA_BROKER", TestStack.kafka(),
                        "KAFKA_LOG_TOPIC", TestStack.uniqueName(QueriesDuringOutageIT.class),
                        "MONGODB_URI", mongod.uri(),
                        "SPOOL_DIR", spool.toString(),
                        "QUERY_ENABLED", "true",
                        "QUERY_TIMEOUT", QUERY_TIMEOUT.toSeconds() + "s"))
                .settings());
    port = gateway.start();
    await()
        .atMost(RECOVERY)
        .untilAsserted(
            () -> {
              assertThat(post().join().body()).contains("\"tier\":\"kafka\"");
              assertThat(get("/v1/events").join().status()).isEqualTo(200);
            });
  }

  @AfterEach
  void close() {
    if (gateway != null) {
      gateway.close();
    }
    if (mongod != null) {
      mongod.close();
    }
    http.close();
  }

  @Test
  void queries_ofAFrozenMongo_endInTimeAndDoNotDelayPosts() {
    mongod.pause();
    List<CompletableFuture<Answer>> queries = new ArrayList<>();
    try {
      // When more queries than may run wait for MongoDB
      for (int round = 0; round < 4; round++) {
        QUERIES.forEach(query -> queries.add(get(query)));
      }
      List<Answer> posts = new ArrayList<>();
      while (!queries.stream().allMatch(CompletableFuture::isDone)) {
        posts.add(post().join());
      }

      // Then
      assertThat(posts).isNotEmpty().allMatch(post -> post.status() == 202);
      assertThat(posts).allMatch(post -> post.took().compareTo(Duration.ofSeconds(2)) < 0);
      assertThat(queries)
          .map(CompletableFuture::join)
          .allMatch(answer -> List.of(429, 503, 504).contains(answer.status()))
          .allMatch(answer -> answer.took().compareTo(QUERY_BOUND) < 0);
    } finally {
      mongod.resume();
    }
    await().atMost(RECOVERY).until(() -> get("/v1/events").join().status() == 200);
  }

  @Test
  void queries_whileThePrimaryStepsDown_endWithADocumentedStatus() {
    CompletableFuture<Document> stepDown;
    try (MongoClient client = MongoClients.create(mongod.uri())) {
      stepDown =
          Mono.from(
                  client
                      .getDatabase("admin")
                      .runCommand(new Document("replSetStepDown", 2).append("force", true)))
              .toFuture();
      List<Answer> answers = new ArrayList<>();
      await()
          .atMost(RECOVERY)
          .pollDelay(Duration.ZERO)
          .until(
              () -> {
                QUERIES.forEach(query -> answers.add(get(query).join()));
                return stepDown.isDone() && answers.getLast().status() == 200;
              });

      assertThat(answers)
          .allMatch(answer -> List.of(200, 503, 504).contains(answer.status()))
          .allMatch(answer -> answer.took().compareTo(QUERY_BOUND) < 0);
      assertThat(post().join().status()).isEqualTo(202);
    }
  }

  private CompletableFuture<Answer> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)));
  }

  private CompletableFuture<Answer> post() {
    return send(
        HttpRequest.newBuilder(uri("/v1/events"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(TestEvents.checkout(1, now))));
  }

  private CompletableFuture<Answer> send(HttpRequest.Builder request) {
    long start = System.nanoTime();
    return http.sendAsync(request.timeout(RECOVERY).build(), BodyHandlers.ofString())
        .thenApply(
            response ->
                new Answer(
                    response.statusCode(),
                    response.body(),
                    Duration.ofNanos(System.nanoTime() - start)));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
