package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.metrics.MetricsTable;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway whose backends are down shows at {@code /metrics}. */
class MetricsPageTest {
  private static final Path PAGE = Path.of("../../docs/metrics.md");

  @TempDir private static Path directory;

  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void everyMetric_isDocumentedAsItIs() throws Exception {
    try (GatewayApplication gateway = gateway("documented", Map.of("QUERY_ENABLED", "true"))) {
      int port = gateway.start();
      get(port, "/nothing");

      MetricsTable.check(PAGE, "api-gateway", get(port, "/metrics").body());
    }
  }

  @Test
  void metrics_areThereBeforeTheFirstEvent() throws Exception {
    try (GatewayApplication gateway = gateway("first", Map.of())) {
      HttpResponse<String> response = get(gateway.start(), "/metrics");

      assertThat(response.headers().firstValue("Content-Type"))
          .contains("text/plain; version=0.0.4; charset=utf-8");
      assertThat(response.body())
          .contains(
              "wide_events_received_total 0.0",
              "wide_events_accepted_total{tier=\"spool\"} 0.0",
              "wide_events_rejected_total{reason=\"missing_field\"} 0.0",
              "wide_events_rejected_total{reason=\"refused_by_database\"} 0.0",
              "wide_events_unconfirmed_total 0.0",
              "wide_events_ack_seconds_bucket{tier=\"kafka\",le=",
              "wide_events_breaker_state{state=\"closed\",tier=\"kafka\"} 1.0",
              "wide_events_breaker_state{state=\"open\",tier=\"mongodb\"} 0.0",
              "wide_events_tier_up{tier=\"mongodb\"} 0.0",
              "wide_events_tier_up{tier=\"spool\"} 1.0",
              "wide_events_spool_events 0.0",
              "wide_events_spool_oldest_seconds 0.0",
              "wide_events_in_flight_bytes 0.0",
              "wide_events_build_info{version=");
    }
  }

  /** The rules of {@code promtool check metrics} that a metric of Micrometer has broken. */
  @Test
  void metrics_haveNamesThatPromtoolAccepts() throws Exception {
    try (GatewayApplication gateway = gateway("names", Map.of())) {
      List<String> types =
          get(gateway.start(), "/metrics")
              .body()
              .lines()
              .filter(line -> line.startsWith("# TYPE "))
              .toList();

      assertThat(types).isNotEmpty();
      assertThat(types).noneMatch(type -> type.matches(".*_(ns|ms|us|ms_total|ns_total) .*"));
      assertThat(types).noneMatch(type -> type.matches(".*_(count|sum|bucket) (gauge|counter)"));
      assertThat(types).noneMatch(type -> type.matches(".*_total gauge"));
    }
  }

  @Test
  void metrics_showNoKafkaWhenItIsSwitchedOff() throws Exception {
    try (GatewayApplication gateway = gateway("off", Map.of("MQ_ENABLED", "false"))) {
      String metrics = get(gateway.start(), "/metrics").body();

      assertThat(metrics)
          .contains("wide_events_tier_up{tier=\"mongodb\"} 0.0")
          .doesNotContain(
              "wide_events_tier_up{tier=\"kafka\"}",
              "wide_events_breaker_state{state=\"closed\",tier=\"kafka\"}");
    }
  }

  private GatewayApplication gateway(String name, Map<String, String> more) {
    Map<String, String> environment =
        new HashMap<>(
            Map.of(
                "HTTP_PORT", "0",
                "KAFKA_BROKER", "127.0.0.1:1",
                "MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200",
                "SPOOL_DIR", directory.resolve(name).toString()));
    environment.putAll(more);
    return new GatewayApplication(
        GatewaySettings.CATALOGUE.resolve(Map.of(), environment).settings());
  }

  private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
        BodyHandlers.ofString());
  }
}
