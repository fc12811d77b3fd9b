package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.FreePort;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.MongodProcess;
import io.wideevents.stack.MongodSettings;
import io.wideevents.stack.ServerSecurity;
import io.wideevents.stack.TestAuthority;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/**
 * Both processes with all security settings: API keys, HTTPS, Kafka over SASL_SSL with
 * SCRAM-SHA-512, MongoDB over TLS with a password. The tests search all output for every secret.
 */
@Timeout(540)
class SecuredPipelineIT {
  private static final String USER = "pipeline";
  private static final String PASSWORD = "right7passphrase";
  private static final String WRONG = "wrong7passphrase";
  private static final String API_KEY = "wide_key7of7a7client";
  private static final String KEY_PASSWORD = "key7file7passphrase";
  private static final String TOKEN = "token7in7an7event";
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final ProjectHome HOME = ProjectHome.find();

  // The tests share the servers. Each has its own topic, database and files.
  @TempDir private static Path servers;
  private static Optional<KafkaBroker> broker = Optional.empty();
  private static Optional<MongodProcess> mongod = Optional.empty();
  private static Optional<ServerSecurity> security = Optional.empty();

  @TempDir private Path directory;
  private final String name = TestStack.uniqueName(SecuredPipelineIT.class);

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> binary = MongodBinary.find(System.getenv());
    Assumptions.assumeTrue(binary.isPresent(), "no mongod to ask for a password");
    ServerSecurity made =
        ServerSecurity.create(Files.createDirectory(servers.resolve("tls")), USER, PASSWORD);
    security = Optional.of(made);
    broker = Optional.of(KafkaBroker.create(BrokerSettings.DEFAULT.withSecurity(made)));
    broker.get().start();
    mongod =
        Optional.of(MongodProcess.start(binary.get(), new MongodSettings(null, 0, false, made)));
  }

  @AfterAll
  static void stop() {
    broker.ifPresent(KafkaBroker::close);
    mongod.ifPresent(MongodProcess::close);
  }

  @Test
  void events_reachMongoDbThroughGuardedServersAndNoSecretShows() throws Exception {
    Map<String, String> settings = settings(PASSWORD);
    try (Gateway gateway = new Gateway(settings);
        WorkerProcess worker =
            WorkerProcess.start(HOME, settings, directory.resolve("log-worker.log"))) {
      gateway.awaitListening();
      worker.awaitConsuming();
      await()
          .atMost(BOUND)
          .until(() -> gateway.get("/health/ready").body().contains("\"status\":\"ready\""));

      // When
      HttpResponse<String> taken = gateway.post("Bearer " + API_KEY, event("req-1"));
      HttpResponse<String> unknown = gateway.post("Bearer " + API_KEY + "x", event("req-2"));
      HttpResponse<String> broken = gateway.post("Bearer " + API_KEY, event("req-3").substring(9));

      // Then
      assertThat(taken.statusCode()).as(taken.body()).isEqualTo(202);
      assertThat(taken.body()).contains("\"tier\":\"kafka\"");
      assertThat(unknown.statusCode()).isEqualTo(401);
      assertThat(broken.statusCode()).isEqualTo(400);
      await()
          .atMost(BOUND)
          .untilAsserted(
              () ->
                  assertThat(stored())
                      .singleElement()
                      .satisfies(
                          each -> {
                            assertThat(each.getString("requestId")).isEqualTo("req-1");
                            assertThat(each.getString("session_token")).isEqualTo("[REDACTED]");
                          }));
      assertNoSecret(
          Map.of(
              "reply", taken.body() + unknown.body() + broken.body(),
              "ready", gateway.get("/health/ready").body(),
              "metrics", gateway.get("/metrics").body(),
              "stored", stored().toString()));
    }
    assertNoSecret(
        Map.of(
            "gateway --print-config", printConfig("api-gateway", settings),
            "worker --print-config", printConfig("log-worker", settings)));
    assertNoSecretInLogs();
  }

  @Test
  void wrongPasswords_areAnOutageNotAnEnd() throws Exception {
    Map<String, String> wrong = settings(WRONG);
    try (Gateway gateway = new Gateway(wrong);
        WorkerProcess worker =
            WorkerProcess.start(HOME, wrong, directory.resolve("log-worker.log"))) {
      gateway.awaitListening();

      // When
      HttpResponse<String> reply = gateway.post("Bearer " + API_KEY, event("req-1"));

      // Then the event is in the spool, and both processes are live and report the failure
      assertThat(reply.statusCode()).as(reply.body()).isEqualTo(202);
      assertThat(reply.body()).contains("\"tier\":\"spool\"");
      await()
          .atMost(BOUND)
          .untilAsserted(
              () ->
                  assertThat(Files.readString(directory.resolve("log-worker.log")))
                      .containsIgnoringCase("authentication failed"));
      await()
          .atMost(BOUND)
          .untilAsserted(
              () ->
                  assertThat(Files.readString(directory.resolve("api-gateway.log")))
                      .contains("[KafkaClient] Failed to connect to Kafka"));
      await()
          .atMost(BOUND)
          .untilAsserted(
              () ->
                  assertThat(
                          Files.readAllLines(directory.resolve("api-gateway.log")).stream()
                              .filter(line -> line.contains(" WARN ")))
                      .as("a WARN about MongoDB")
                      .anySatisfy(
                          line ->
                              assertThat(line)
                                  .contains("MongoDB rejected the credentials", "Authentication")));
      assertThat(gateway.process().isAlive()).isTrue();
      assertThat(worker.process().isAlive()).isTrue();
      assertThat(stored()).isEmpty();
    }
    assertNoSecretInLogs();

    // When the gateway starts again with the right ones, on the same spool
    Map<String, String> right = settings(PASSWORD);
    try (Gateway gateway = new Gateway(right);
        WorkerProcess worker =
            WorkerProcess.start(HOME, right, directory.resolve("log-worker.log"))) {
      gateway.awaitListening();

      // Then no event is lost, and there is no dead letter
      await().atMost(BOUND).untilAsserted(() -> assertThat(stored()).hasSize(1));
      assertThat(worker.process().isAlive()).isTrue();
    }
  }

  /** All secrets that these tests configure or send. */
  private static List<String> secrets() {
    return List.of(
        PASSWORD, WRONG, API_KEY, KEY_PASSWORD, TOKEN, TestAuthority.STORE_PASSWORD, hash(API_KEY));
  }

  private static void assertNoSecret(Map<String, String> texts) {
    texts.forEach(
        (where, text) -> {
          assertThat(text).as(where).isNotEmpty();
          assertThat(secrets()).as("secrets in %s: %s", where, text).noneMatch(text::contains);
        });
  }

  private void assertNoSecretInLogs() throws IOException {
    for (String log : List.of("api-gateway.log", "log-worker.log")) {
      List<String> lines = Files.readAllLines(directory.resolve(log));
      assertThat(lines).as(log).anySatisfy(line -> assertThat(line).contains(" DEBUG "));
      for (String secret : secrets()) {
        assertThat(lines.stream().filter(line -> line.contains(secret)).limit(3))
            .as("%s in %s", secret, log)
            .isEmpty();
      }
    }
  }

  private String printConfig(String process, Map<String, String> settings) {
    List<String> flags =
        process.equals("log-worker") ? List.of("run", "--print-config") : List.of("--print-config");
    Path log = directory.resolve(process + "-print.log");
    try (ChildProcess printing = HOME.start(process, flags, settings, log)) {
      assertThat(printing.awaitExit(BOUND)).isZero();
      return Files.readString(log);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Map<String, String> settings(String password) throws IOException {
    ServerSecurity secured = security.orElseThrow();
    Path jaas = Files.writeString(directory.resolve("jaas"), secured.scramLogin(password));
    Path keys = Files.writeString(directory.resolve("keys"), "shop:" + hash(API_KEY) + ":ingest\n");
    Path key =
        Files.writeString(
            directory.resolve("tls.key"),
            TestAuthority.encrypted(secured.server().privateKey(), KEY_PASSWORD));
    Map<String, String> settings = new HashMap<>();
    settings.put("LOG_LEVEL", "debug");
    settings.put("KAFKA_BROKER", broker.orElseThrow().bootstrapServers());
    settings.put("KAFKA_LOG_TOPIC", name);
    settings.put("MQ_DLQ_TOPIC", name + ".dlq");
    settings.put("KAFKA_CONSUMER_GROUP", name);
    settings.put("MONGODB_DATABASE", name);
    settings.put("KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL");
    settings.put("KAFKA_CLIENT_SASL_MECHANISM", "SCRAM-SHA-512");
    settings.put("KAFKA_CLIENT_SASL_JAAS_CONFIG_FILE", jaas.toString());
    settings.put("KAFKA_CLIENT_SSL_TRUSTSTORE_TYPE", "PKCS12");
    settings.put(
        "KAFKA_CLIENT_SSL_TRUSTSTORE_LOCATION", secured.authority().trustStore().toString());
    settings.put("KAFKA_CLIENT_SSL_TRUSTSTORE_PASSWORD", TestAuthority.STORE_PASSWORD);
    settings.put("MONGODB_URI", mongod.orElseThrow().uri().replace(PASSWORD, password));
    settings.put("MONGODB_TLS_CA_FILE", secured.authority().certificate().toString());
    settings.put("API_KEYS_FILE", keys.toString());
    settings.put("HTTP_TLS_CERT_FILE", secured.server().certificate().toString());
    settings.put("HTTP_TLS_KEY_FILE", key.toString());
    settings.put("HTTP_TLS_KEY_PASSWORD", KEY_PASSWORD);
    settings.put("SPOOL_DIR", directory.resolve("spool").toString());
    return settings;
  }

  private static String event(String requestId) {
    return """
        {"requestId":"%s","service":"shop","route":"GET /","timestamp":"%s","session_token":"%s"}"""
        .formatted(requestId, Instant.now(), TOKEN);
  }

  private List<Document> stored() {
    MongoClientSettings client =
        MongoClientSettings.builder()
            .applyConnectionString(new ConnectionString(mongod.orElseThrow().uri()))
            .applyToSslSettings(
                ssl -> ssl.context(security.orElseThrow().authority().clientContext()))
            .build();
    try (MongoClient opened = MongoClients.create(client)) {
      return Flux.from(opened.getDatabase(name).getCollection("wide_events").find())
          .collectList()
          .blockOptional(BOUND)
          .orElseThrow();
    }
  }

  private static String hash(String key) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256")
                  .digest(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A gateway that serves HTTPS, with a client that trusts it. */
  private final class Gateway implements AutoCloseable {
    private final int port = FreePort.find();
    private final ChildProcess process;
    private final HttpClient client =
        HttpClient.newBuilder()
            .sslContext(security.orElseThrow().authority().clientContext())
            .build();

    Gateway(Map<String, String> settings) {
      Map<String, String> environment = new HashMap<>(settings);
      environment.put("HTTP_PORT", Integer.toString(port));
      process =
          HOME.start("api-gateway", List.of(), environment, directory.resolve("api-gateway.log"));
    }

    ChildProcess process() {
      return process;
    }

    void awaitListening() {
      process.awaitLog(
          java.util.regex.Pattern.compile("Listening on https://127\\.0\\.0\\.1:" + port),
          Duration.ofSeconds(60));
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
      return client.send(HttpRequest.newBuilder(uri(path)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String authorization, String body)
        throws IOException, InterruptedException {
      return client.send(
          HttpRequest.newBuilder(uri("/v1/events"))
              .header("Content-Type", "application/json")
              .header("Authorization", authorization)
              .POST(BodyPublishers.ofString(body))
              .build(),
          BodyHandlers.ofString());
    }

    private URI uri(String path) {
      return URI.create("https://localhost:" + port + path);
    }

    @Override
    public void close() {
      process.close();
      client.close();
    }
  }
}
