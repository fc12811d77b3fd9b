package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.stack.FreePort;
import io.wideevents.toolbox.containers.MonitoringFiles.ScrapeConfig;
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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds every query of the dashboard and the alert rules against what both processes really show.
 */
@Timeout(300)
class MonitoringIT {
  private static final Duration BOUND = Duration.ofMinutes(2);
  private static final int EVENTS = 200;

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

      for (ScrapeConfig config : MonitoringFiles.scrapeConfigs()) {
        // When
        Scrape before = scrape(config, gateway.url(), workerUrl);
        Scrape now = scrape(config, gateway.url(), workerUrl);

        // Then
        assertThat(MonitoringFiles.queries())
            .allSatisfy(
                query -> assertThat(PromQl.unknownNames(query.expression(), now)).isEmpty());
        assertThat(MonitoringFiles.alerts())
            .as(config.place())
            .allSatisfy(
                alert -> assertThat(PromQl.evaluate(alert.expression(), before, now)).isEmpty());
      }
    }
  }

  private static Scrape scrape(ScrapeConfig config, URI gateway, URI worker)
      throws IOException, InterruptedException {
    return Scrape.of(
        List.of(
            new Target(config.jobs().getFirst(), gateway.getAuthority(), scrape(gateway)),
            new Target(config.jobs().getLast(), worker.getAuthority(), scrape(worker))));
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
