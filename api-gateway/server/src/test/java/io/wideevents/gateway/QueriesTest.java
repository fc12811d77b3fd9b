package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.gateway.access.NewKey;
import io.wideevents.gateway.access.Scope;
import io.wideevents.gateway.config.GatewaySettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The query side in a gateway whose backends are down. */
class QueriesTest {
  private final HttpClient client = HttpClient.newHttpClient();

  @TempDir private Path directory;

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/v1/events",
        "/v1/events/0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071",
        "/v1/requests/req-1",
        "/v1/fields",
        "/v1/fields/service/values",
        "/v1/tail"
      })
  void queries_reportThatMongoIsDown(String path) throws Exception {
    try (GatewayApplication gateway = gateway(Map.of("QUERY_ENABLED", "true"))) {
      HttpResponse<String> response = get(gateway.start(), path);

      assertThat(response.statusCode()).isEqualTo(503);
      assertThat(response.body()).contains("\"code\":\"store_unavailable\"", "connection refused");
      assertThat(response.headers().firstValue("Retry-After")).isPresent();
      assertThat(response.headers().firstValue("Cache-Control")).contains("no-store");
    }
  }

  @Test
  void gateway_withoutQueries_hasNoRouteOfTheirs() throws Exception {
    try (GatewayApplication gateway = gateway(Map.of())) {
      int port = gateway.start();

      assertThat(get(port, "/v1/fields").statusCode()).isEqualTo(404);
      assertThat(get(port, "/v1/events").statusCode()).isEqualTo(405);
      assertThat(get(port, "/ui/").statusCode()).isEqualTo(404);
    }
  }

  @Test
  void queries_needAKeyWithTheirScope_andThePageNeedsNone() throws Exception {
    NewKey ingest = NewKey.make("shop", EnumSet.of(Scope.INGEST));
    NewKey query = NewKey.make("support", EnumSet.of(Scope.QUERY));
    Path keys =
        Files.writeString(directory.resolve("keys"), ingest.line() + "\n" + query.line() + "\n");
    Files.setPosixFilePermissions(keys, PosixFilePermissions.fromString("rw-------"));
    try (GatewayApplication gateway =
        gateway(Map.of("QUERY_ENABLED", "true", "API_KEYS_FILE", keys.toString()))) {
      int port = gateway.start();

      assertThat(get(port, "/v1/events").statusCode()).isEqualTo(401);
      assertThat(get(port, "/v1/tail").statusCode()).isEqualTo(401);
      assertThat(get(port, "/v1/events", bearer(ingest)).statusCode()).isEqualTo(403);
      assertThat(get(port, "/v1/events", bearer(query)).statusCode()).isEqualTo(503);
      assertThat(get(port, "/ui").statusCode()).isEqualTo(302);
      assertThat(get(port, "/ui").headers().firstValue("Location"))
          .hasValueSatisfying(to -> assertThat(to).endsWith("/ui/"));
      HttpResponse<String> post =
          client.send(
              HttpRequest.newBuilder(uri(port, "/v1/events"))
                  .headers(bearer(query))
                  .POST(HttpRequest.BodyPublishers.ofString("{}"))
                  .build(),
              BodyHandlers.ofString());
      assertThat(post.statusCode()).isEqualTo(403);
    }
  }

  @Test
  void queries_areRejectedBeforeTheyAreExecuted_whenTheyAreWrong() throws Exception {
    try (GatewayApplication gateway = gateway(Map.of("QUERY_ENABLED", "true"))) {
      HttpResponse<String> response = get(gateway.start(), "/v1/events?filter=service:a%20%24x:1");

      assertThat(response.statusCode()).isEqualTo(400);
      assertThat(response.headers().firstValue("Content-Type"))
          .contains("application/problem+json");
      assertThat(response.body())
          .startsWith(
              "{\"type\":\"urn:wide-events:problem:filter_invalid\",\"title\":\"Bad Request\"")
          .endsWith("\"position\":10}");
    }
  }

  @Test
  void trace_findsAnEventInTheSpool_andThePipelineShowsIt() throws Exception {
    String id = "0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6071";
    String event =
        "{\"eventId\":\"%s\",\"requestId\":\"r\",\"service\":\"shop\",\"route\":\"GET /\",\"timestamp\":\"%s\"}"
            .formatted(id, Instant.now());
    try (GatewayApplication gateway = gateway(Map.of("QUERY_ENABLED", "true"))) {
      int port = gateway.start();
      HttpResponse<String> posted =
          client.send(
              HttpRequest.newBuilder(uri(port, "/v1/events"))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString(event))
                  .build(),
              BodyHandlers.ofString());
      assertThat(posted.body()).contains("spool");

      HttpResponse<String> found = get(port, "/v1/events/" + id + "/trace?requestId=r");
      HttpResponse<String> other =
          get(port, "/v1/events/0192f0c1-2b4d-4f6e-9a1b-2c3d4e5f6072/trace");
      HttpResponse<String> pipeline = get(port, "/v1/pipeline");

      assertThat(found.statusCode()).isEqualTo(200);
      assertThat(found.body()).contains("\"state\":\"spooled\"", "\"place\":\"mongodb\"");
      assertThat(other.body()).contains("\"state\":\"unknown\"");
      assertThat(pipeline.body())
          .contains(
              "\"status\":\"",
              "\"tier\":\"mongodb\"",
              "\"spool\":{\"events\":1,",
              "\"lag\":null",
              "MQ_ENABLED is false");
    }
  }

  @Test
  void page_isNotServed_whenItIsSwitchedOff() throws Exception {
    try (GatewayApplication gateway =
        gateway(Map.of("QUERY_ENABLED", "true", "UI_ENABLED", "false"))) {
      assertThat(get(gateway.start(), "/ui/").statusCode()).isEqualTo(404);
    }
  }

  private static String[] bearer(NewKey key) {
    return new String[] {"Authorization", "Bearer " + key.text()};
  }

  private GatewayApplication gateway(Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "HTTP_PORT", "0",
                "MQ_ENABLED", "false",
                "MONGODB_URI", "mongodb://127.0.0.1:1",
                "MONGODB_SERVER_SELECTION_TIMEOUT", "300ms",
                "SPOOL_DIR", directory.resolve("spool").toString()));
    environment.putAll(more);
    return new GatewayApplication(
        GatewaySettings.CATALOGUE.resolve(Map.of(), environment).settings());
  }

  private HttpResponse<String> get(int port, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(port, path)).timeout(Duration.ofSeconds(20));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }
}
