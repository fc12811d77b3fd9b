package io.wideevents.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.InvalidSettingsException;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.gateway.access.RateLimit;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.TlsSettings;
import io.wideevents.logging.LoggingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatewaySettingsTest {

  @Test
  void resolve_hasTheDocumentedDefaults() {
    GatewaySettings settings = settings(Map.of());

    assertThat(settings.http())
        .isEqualTo(
            new HttpSettings(
                "127.0.0.1",
                8080,
                false,
                Duration.ofSeconds(8),
                Duration.ofSeconds(30),
                8 * 1024 * 1024,
                32 * 1024 * 1024,
                56L * 1024 * 1024));
    assertThat(settings.delivery().rules()).isEqualTo(EncoderSettings.DEFAULT);
    KafkaSettings kafka = settings.delivery().kafka().orElseThrow();
    assertThat(kafka.brokers()).isEqualTo("localhost:9092");
    assertThat(kafka.topic().name()).isEqualTo("log-events");
    assertThat(kafka.retries()).isEqualTo(KafkaSettings.DEFAULT_RETRIES);
    assertThat(kafka.linger()).isEqualTo(KafkaSettings.DEFAULT_LINGER);
    assertThat(kafka.compression()).isEqualTo(KafkaSettings.Compression.NONE);
    assertThat(kafka.bufferBytes()).isEqualTo(KafkaSettings.DEFAULT_BUFFER_BYTES);
  }

  @Test
  void resolve_mapsEverySetting() {
    GatewaySettings settings =
        settings(
            Map.ofEntries(
                Map.entry("HTTP_HOST", "::1"),
                Map.entry("HTTP_PORT", "0"),
                Map.entry("HTTP_ALLOW_ANONYMOUS", "true"),
                Map.entry("HTTP_ACK_TIMEOUT", "3s"),
                Map.entry("HTTP_BODY_TIMEOUT", "5s"),
                Map.entry("HTTP_MAX_BODY_BYTES", "1MiB"),
                Map.entry("HTTP_MAX_INFLATED_BYTES", "2MiB"),
                Map.entry("HTTP_MAX_IN_FLIGHT_BYTES", "4MiB"),
                Map.entry("HTTP_MAX_EVENTS", "7"),
                Map.entry("MQ_PUBLISH_RETRIES", "9"),
                Map.entry("MQ_LINGER_MS", "5"),
                Map.entry("MQ_COMPRESSION", "zstd"),
                Map.entry("MQ_BUFFER_BYTES", "16MiB"),
                Map.entry("KAFKA_CLIENT_SECURITY_PROTOCOL", "SSL")));

    assertThat(settings.http())
        .isEqualTo(
            new HttpSettings(
                "::1",
                0,
                true,
                Duration.ofSeconds(3),
                Duration.ofSeconds(5),
                1024 * 1024,
                2 * 1024 * 1024,
                4L * 1024 * 1024));
    assertThat(settings.delivery().rules().maxEvents()).isEqualTo(7);
    KafkaSettings kafka = settings.delivery().kafka().orElseThrow();
    assertThat(kafka.retries()).isEqualTo(9);
    assertThat(kafka.linger()).isEqualTo(Duration.ofMillis(5));
    assertThat(kafka.compression()).isEqualTo(KafkaSettings.Compression.ZSTD);
    assertThat(kafka.bufferBytes()).isEqualTo(16L * 1024 * 1024);
    assertThat(kafka.clientProperties()).containsEntry("security.protocol", "SSL");
  }

  @Test
  void resolve_leavesKafkaOutWhenTheQueueIsOff() {
    assertThat(settings(Map.of("MQ_ENABLED", "false")).delivery().kafka()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.168.0.7", "gateway.internal", "127.evil.example"})
  void resolve_refusesToListenBeyondLoopbackUnlessAllowed(String host) {
    assertThatThrownBy(() -> settings(Map.of("HTTP_HOST", host)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("HTTP_HOST=" + host)
        .hasMessageContaining("HTTP_ALLOW_ANONYMOUS=true");
    HttpSettings allowed =
        settings(Map.of("HTTP_HOST", host, "HTTP_ALLOW_ANONYMOUS", "true")).http();
    assertThat(allowed.host()).isEqualTo(host);
    assertThat(allowed.anyHostHeader()).isTrue();
  }

  @Test
  void resolve_listensAnywhereWithKeys() {
    GatewaySettings settings =
        settings(Map.of("HTTP_HOST", "0.0.0.0", "API_KEYS_FILE", "/etc/keys"));

    assertThat(settings.http().anyHostHeader()).isTrue();
    assertThat(settings.access().keysFile()).contains(Path.of("/etc/keys"));
    assertThat(settings.access().rateLimit()).isEmpty();
  }

  @Test
  void resolve_refusesKeysBesideAnonymity() {
    assertThatThrownBy(
            () -> settings(Map.of("API_KEYS_FILE", "/etc/keys", "HTTP_ALLOW_ANONYMOUS", "true")))
        .hasMessageContaining("HTTP_ALLOW_ANONYMOUS=true contradicts API_KEYS_FILE");
  }

  @Test
  void resolve_readsRateLimits() {
    assertThat(settings(Map.of("HTTP_RATE_LIMIT", "50")).access().rateLimit())
        .contains(new RateLimit(50, 500));
    assertThat(
            settings(Map.of("HTTP_RATE_LIMIT", "50", "HTTP_RATE_BURST", "7")).access().rateLimit())
        .contains(new RateLimit(50, 7));
    assertThatThrownBy(() -> settings(Map.of("HTTP_RATE_BURST", "7")))
        .hasMessageContaining("HTTP_RATE_BURST=7 limits nothing without HTTP_RATE_LIMIT");
  }

  @Test
  void resolve_readsTls() {
    assertThat(settings(Map.of()).tls()).isEmpty();
    assertThat(
            settings(
                    Map.of(
                        "HTTP_TLS_CERT_FILE",
                        "/c",
                        "HTTP_TLS_KEY_FILE",
                        "/k",
                        "HTTP_TLS_KEY_PASSWORD",
                        "hidden"))
                .tls())
        .contains(new TlsSettings(Path.of("/c"), Path.of("/k"), Optional.of("hidden")))
        .hasValueSatisfying(tls -> assertThat(tls.toString()).doesNotContain("hidden"));
    assertThatThrownBy(() -> settings(Map.of("HTTP_TLS_CERT_FILE", "/c")))
        .hasMessageContaining("means nothing without HTTP_TLS_KEY_FILE");
    assertThatThrownBy(() -> settings(Map.of("HTTP_TLS_KEY_PASSWORD", "hidden")))
        .hasMessageContaining("HTTP_TLS_KEY_PASSWORD=*** means nothing without HTTP_TLS_KEY_FILE");
  }

  @Test
  void resolve_refusesABodyLimitBelowTheEventLimit() {
    assertThatThrownBy(() -> settings(Map.of("HTTP_MAX_BODY_BYTES", "64KiB")))
        .hasMessageContaining("HTTP_MAX_BODY_BYTES=64KiB is less than EVENT_MAX_BYTES=256KiB");
  }

  @Test
  void resolve_keepsTheMemoryForRequestsBetweenABodyAndTheBuffer() {
    assertThatThrownBy(() -> settings(Map.of("HTTP_MAX_IN_FLIGHT_BYTES", "55MiB")))
        .hasMessageContaining(
            "is less than HTTP_MAX_BODY_BYTES=8MiB and one and a half times"
                + " HTTP_MAX_INFLATED_BYTES=32MiB together");
    assertThatThrownBy(() -> settings(Map.of("HTTP_MAX_IN_FLIGHT_BYTES", "65MiB")))
        .hasMessageContaining("is more than MQ_BUFFER_BYTES=64MiB");
  }

  @ParameterizedTest
  @CsvSource({
    "MQ_BUFFER_BYTES, 8MiB",
    "LOGGING_QUEUE_BYTES, 8MiB",
    "SPOOL_MAX_BYTES, 16MiB",
    "HTTP_MAX_BODY_BYTES, 7MiB",
    "HTTP_MAX_INFLATED_BYTES, 7MiB"
  })
  void sizes_holdTheLargestEvent(String name, String tooSmall) {
    assertThatThrownBy(() -> settings(Map.of("EVENT_MAX_BYTES", "8MiB", name, tooSmall)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(name + "=" + tooSmall);
  }

  @Test
  void bodies_fitIntoTheMemoryForRequests() {
    assertThatThrownBy(() -> settings(Map.of("HTTP_MAX_BODY_BYTES", "64MiB")))
        .hasMessageContaining("is less than HTTP_MAX_BODY_BYTES=64MiB and one and a half times");
  }

  @Test
  void ownRequests_areLoggedAsTheGateways() {
    var own = settings(Map.of("LOGGING_OWN_REQUESTS", "true")).ownEvents();

    assertThat(own).map(LoggingSettings::service).contains("api-gateway");
  }

  @Test
  void ownRequests_areNotLoggedByDefault() {
    assertThat(settings(Map.of()).ownEvents()).isEmpty();
  }

  private static GatewaySettings settings(Map<String, String> environment) {
    return GatewaySettings.CATALOGUE.resolve(Map.of(), environment).settings();
  }
}
