package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.spool.EventSpool;
import io.wideevents.delivery.spool.SpoolOutcome;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.event.StubEvent;
import io.wideevents.gateway.config.GatewaySettings;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a gateway says of itself before the first event, with neither Kafka nor MongoDB there. */
class ReadinessTest {
  private static final int MEBIBYTE = 1 << 20;

  @TempDir private Path directory;

  @Test
  void ready_isTrueForTheSpoolAlone() throws Exception {
    HttpResponse<String> ready = askAtStart();

    assertThat(ready.statusCode()).isEqualTo(200);
    assertThat(ready.body()).contains("\"degraded\"", "not reached yet");
  }

  @Test
  void ready_isFalseWithAFullSpool() throws Exception {
    fillSpool();

    HttpResponse<String> ready = askAtStart();

    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).contains("\"unavailable\"", "SPOOL_MAX_BYTES");
  }

  private HttpResponse<String> askAtStart() throws Exception {
    Map<String, String> environment =
        Map.of(
            "HTTP_PORT", "0",
            "KAFKA_BROKER", "127.0.0.1:1",
            "MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=200",
            "SPOOL_MAX_BYTES", Integer.toString(MEBIBYTE),
            "SPOOL_MIN_FREE_BYTES", "0",
            "SPOOL_DIR", directory.toString());
    try (GatewayApplication gateway =
            new GatewayApplication(
                GatewaySettings.CATALOGUE.resolve(Map.of(), environment).settings());
        HttpClient client = HttpClient.newHttpClient()) {
      URI uri = URI.create("http://127.0.0.1:" + gateway.start() + "/health/ready");
      return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }
  }

  private void fillSpool() throws Exception {
    try (EventSpool spool =
        EventSpool.open(
            new SpoolSettings(directory, MEBIBYTE, 0, 1),
            new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system()),
            InstantSource.system())) {
      SpoolOutcome outcome = new SpoolOutcome.Spooled();
      for (int i = 0; outcome instanceof SpoolOutcome.Spooled; i++) {
        outcome = spool.append(List.of(StubEvent.numbered(i))).get(30, TimeUnit.SECONDS);
      }
    }
  }
}
