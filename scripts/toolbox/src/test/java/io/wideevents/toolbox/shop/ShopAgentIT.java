package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.model.Filters;
import io.opentelemetry.javaagent.OpenTelemetryAgent;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.ProjectHome;
import io.wideevents.toolbox.pipeline.StoredEvents;
import io.wideevents.toolbox.pipeline.TestPipeline;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service that does not log, with the Java agent of OpenTelemetry and without any code. */
@Timeout(600)
class ShopAgentIT {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int REQUESTS = 90;

  @TempDir private Path directory;

  @Test
  void agent_leavesOneEventPerRequest() throws Exception {
    // Given
    TestPipeline pipeline = TestPipeline.shared(ShopAgentIT.class, directory);
    try (GatewayProcess gateway = pipeline.startGateway();
        WorkerProcess worker = pipeline.startWorker();
        StoredEvents stored = pipeline.stored()) {
      gateway.awaitListening();
      try (ShopProcess shop =
              ShopProcess.start(
                  ProjectHome.find(),
                  LogMode.NONE,
                  agent(gateway.url()),
                  directory.resolve("shop.log"));
          HttpClient client = HttpClient.newHttpClient()) {
        URI url = shop.awaitListening();
        // When
        for (int i = 0; i < REQUESTS; i++) {
          HttpRequest.Builder request =
              HttpRequest.newBuilder(url.resolve(i % 2 == 0 ? "/v1/cart" : "/v1/checkout"))
                  .timeout(BOUND)
                  .header("X-Request-Id", "agent-" + i)
                  .method(i % 2 == 0 ? "GET" : "POST", BodyPublishers.noBody());
          // Some of the shop's requests fail.
          var unused = client.send(request.build(), BodyHandlers.discarding());
        }

        // Then
        await().atMost(BOUND).until(() -> stored.count() >= REQUESTS);
      }
      // The exporter's last batch was sent when the shop ended.
      List<RawBsonDocument> events =
          stored.all("requestId", "service", "route", "http", "performance", "traceId");
      assertThat(events).hasSize(REQUESTS);
      assertThat(events)
          .extracting(event -> event.getString("requestId").getValue())
          .doesNotHaveDuplicates()
          .allMatch(id -> id.startsWith("agent-"));
      assertThat(events)
          .allSatisfy(event -> assertThat(event.getString("service").getValue()).isEqualTo("shop"));
      BsonDocument checkout = stored.any(Filters.eq("route", "POST /v1/checkout")).orElseThrow();
      assertThat(checkout.getDocument("http").getDocument("response")).containsKey("status_code");
      assertThat(checkout.getDocument("performance").getNumber("durationMs").doubleValue())
          .isPositive();
      assertThat(checkout.getString("traceId").getValue()).hasSize(32);
      assertThat(worker.process().isAlive()).isTrue();
    }
  }

  private static Map<String, String> agent(URI gateway) {
    Map<String, String> environment = new HashMap<>();
    environment.put("JAVA_OPTS", "-javaagent:" + agentJar());
    environment.put("OTEL_SERVICE_NAME", "shop");
    environment.put("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.toString());
    environment.put("OTEL_METRICS_EXPORTER", "none");
    environment.put("OTEL_INSTRUMENTATION_HTTP_SERVER_CAPTURE_REQUEST_HEADERS", "X-Request-Id");
    environment.put("OTEL_BSP_SCHEDULE_DELAY", "200");
    return environment;
  }

  private static Path agentJar() {
    try {
      return Path.of(
          OpenTelemetryAgent.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new AssertionError("Cannot locate the agent", e);
    }
  }
}
