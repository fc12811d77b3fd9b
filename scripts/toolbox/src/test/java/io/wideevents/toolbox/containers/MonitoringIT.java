package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.stack.FreePort;
import io.wideevents.toolbox.containers.MonitoringFiles.Alert;
import io.wideevents.toolbox.containers.MonitoringFiles.Query;
import io.wideevents.toolbox.containers.MonitoringFiles.ScrapeConfig;
import io.wideevents.toolbox.containers.PromQl.Selector;
import io.wideevents.toolbox.containers.Scrape.Target;
import io.wideevents.toolbox.pipeline.GatewayProcess;
import io.wideevents.toolbox.pipeline.TestPipeline;
import io.wideevents.toolbox.pipeline.WorkerProcess;
import io.wideevents.toolbox.sample.SampleSender;
import io.wideevents.toolbox.sample.SampleTraffic;
import io.wideevents.toolbox.sample.SendSettings;
import io.wideevents.toolbox.terminal.Progress;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds every query of the dashboard and the alert rules against what both processes really show.
 */
@Timeout(300)
class MonitoringIT {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final int EVENTS = 200;
  private static final Pattern SAMPLE =
      Pattern.compile("^([A-Za-z_:][\\w:]*)(?:\\{(.*)})? \\S+$", Pattern.MULTILINE);
  private static final Pattern LABEL = Pattern.compile("([A-Za-z_]\\w*)=\"");

  // What Prometheus adds to everything it scrapes.
  private static final Set<String> OF_PROMETHEUS = Set.of("job", "instance");

  @TempDir private Path directory;

  @Test
  void queries_nameOnlyMetricsAndLabelsThatAreThere() throws Exception {
    int port = FreePort.find();
    TestPipeline pipeline =
        TestPipeline.shared(MonitoringIT.class, directory)
            .with("WORKER_HTTP_PORT", Integer.toString(port));
    try (GatewayProcess gateway = pipeline.startGateway();
        WorkerProcess worker = pipeline.startWorker()) {
      // Given
      gateway.awaitListening();
      worker.awaitConsuming();
      SampleSender.send(
          gateway.url(),
          new SampleTraffic(1, Instant.now()),
          EVENTS,
          SendSettings.DEFAULT,
          new Progress(new PrintWriter(Writer.nullWriter()), false, "", EVENTS));
      refuseOne(gateway.url());
      URI workerUrl = URI.create("http://127.0.0.1:" + port);
      await()
          .atMost(BOUND)
          .until(() -> scrape(workerUrl).contains("wide_events_stored_total " + EVENTS));
      await().atMost(BOUND).until(() -> scrape(workerUrl).contains("wide_events_lag{"));

      // When
      Map<String, Set<String>> shown = new TreeMap<>();
      add(shown, scrape(gateway.url()));
      add(shown, scrape(workerUrl));

      // Then
      shown.put("up", Set.of());
      assertThat(problems(MonitoringFiles.queries(), shown)).isEmpty();
      for (ScrapeConfig config : MonitoringFiles.scrapeConfigs()) {
        assertThat(firing(config, gateway.url(), workerUrl)).as(config.place()).isEmpty();
      }
    }
  }

  @Test
  void queries_ofWhichOneIsWrongAreFound() {
    Map<String, Set<String>> shown = Map.of("a_total", Set.of("tier"));
    List<Query> queries =
        List.of(
            new Query("right", "rate(a_total{tier=\"kafka\",job=\"x\"}[5m])"),
            new Query("no such metric", "rate(b_total[5m])"),
            new Query("no such label", "a_total{tire=\"kafka\"}"),
            new Query("nothing at all", "1 + 1"));

    assertThat(problems(queries, shown))
        .containsExactly(
            "no such metric: b_total is not shown by any process",
            "no such label: a_total has no label tire",
            "nothing at all: names no metric");
  }

  /** The alerts that healthy processes make fire, scraped as {@code config} does it. */
  private static List<String> firing(ScrapeConfig config, URI gateway, URI worker)
      throws IOException, InterruptedException {
    Scrape before = scrape(config, gateway, worker);
    Scrape now = scrape(config, gateway, worker);
    List<String> firing = new ArrayList<>();
    for (Alert alert : MonitoringFiles.alerts()) {
      if (!AlertExpression.evaluate(alert.expression(), before, now).isEmpty()) {
        firing.add(alert.name());
      }
    }
    return firing;
  }

  private static Scrape scrape(ScrapeConfig config, URI gateway, URI worker)
      throws IOException, InterruptedException {
    return Scrape.of(
        List.of(
            new Target(config.jobs().getFirst(), gateway.getAuthority(), scrape(gateway)),
            new Target(config.jobs().getLast(), worker.getAuthority(), scrape(worker))));
  }

  private static List<String> problems(List<Query> queries, Map<String, Set<String>> shown) {
    List<String> problems = new ArrayList<>();
    for (Query query : queries) {
      List<Selector> selectors = PromQl.selectors(query.expression());
      if (selectors.isEmpty()) {
        problems.add(query.place() + ": names no metric");
      }
      for (Selector selector : selectors) {
        Set<String> labels = shown.get(selector.metric());
        if (labels == null) {
          problems.add(
              "%s: %s is not shown by any process".formatted(query.place(), selector.metric()));
          continue;
        }
        for (String label : selector.labels()) {
          if (!labels.contains(label) && !OF_PROMETHEUS.contains(label)) {
            problems.add(
                "%s: %s has no label %s".formatted(query.place(), selector.metric(), label));
          }
        }
      }
    }
    return problems;
  }

  private static void add(Map<String, Set<String>> shown, String page) {
    Matcher sample = SAMPLE.matcher(page);
    while (sample.find()) {
      Set<String> labels = shown.computeIfAbsent(sample.group(1), name -> new TreeSet<>());
      Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
      while (label.find()) {
        labels.add(label.group(1));
      }
    }
  }

  /** What counts by a reason is shown from the first on. */
  private static void refuseOne(URI gateway) throws IOException, InterruptedException {
    HttpRequest empty =
        HttpRequest.newBuilder(gateway.resolve("/v1/events"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<Void> reply =
        HttpClient.newHttpClient().send(empty, HttpResponse.BodyHandlers.discarding());
    assertThat(reply.statusCode()).isEqualTo(400);
  }

  private static String scrape(URI process) throws IOException, InterruptedException {
    HttpResponse<String> page =
        HttpClient.newHttpClient()
            .send(
                HttpRequest.newBuilder(process.resolve("/metrics")).build(),
                HttpResponse.BodyHandlers.ofString());
    assertThat(page.statusCode()).isEqualTo(200);
    return page.body();
  }
}
