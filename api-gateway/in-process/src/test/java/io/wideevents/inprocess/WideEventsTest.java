package io.wideevents.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.config.InvalidSettingsException;
import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.event.Tier;
import io.wideevents.logging.LoggingSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WideEventsTest {
  private static final String NO_SERVER = "127.0.0.1:1";

  @TempDir private Path directory;

  /** All of these contradict each other, or a default, in a gateway. */
  @Test
  void start_holdsAServiceToNothingAboutTheGatewaysHttp() {
    Map<String, String> environment =
        environment(
            Map.of(
                "HTTP_HOST", "0.0.0.0",
                "HTTP_MAX_IN_FLIGHT_BYTES", "many",
                "API_KEYS_FILE", "/nowhere",
                "MQ_BUFFER_BYTES", "8MiB"));

    try (WideEvents events = WideEvents.start("shop", environment)) {
      assertThat(events.logging().waits()).isFalse();
    }
  }

  @Test
  void close_onAnInterruptedThread_keepsEventsAndLeavesTheDirectory() throws Exception {
    // Given
    Map<String, String> environment = environment(Map.of("SPOOL_MIN_FREE_BYTES", "1MiB"));
    WideEvents events = WideEvents.start("shop", environment);
    String result = events.logging().call("job", () -> "done");

    // When
    Thread.currentThread().interrupt();
    events.close();

    // Then
    assertThat(result).isEqualTo("done");
    assertThat(Thread.interrupted()).isTrue();
    assertThat(events.logging().stats().durable().get(Tier.SPOOL)).isOne();
    WideEvents.start("shop", environment).close();
  }

  @Test
  void close_rightAfterEventsWereHandedOff_hasAllOfThemInTheSpool() throws Exception {
    // Given
    Map<String, String> environment = environment(Map.of("SPOOL_MIN_FREE_BYTES", "1MiB"));
    WideEvents events = WideEvents.start("shop", environment);
    for (int i = 0; i < 50; i++) {
      assertThat(events.logging().call("job", () -> "done")).isEqualTo("done");
    }
    long start = System.nanoTime();

    // When
    events.close();

    // Then
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    assertThat(events.logging().stats().durable()).containsEntry(Tier.SPOOL, 50L);
    assertThat(events.logging().stats().inFlight()).isZero();
  }

  @Test
  void start_thatFailsAfterTheSpoolWasOpened_leavesItsDirectory() {
    // Given settings that the last part cannot be made of
    Map<String, String> environment = environment(Map.of("SPOOL_MIN_FREE_BYTES", "1MiB"));
    DeliverySettings delivery =
        LibrarySettings.catalogue("shop").resolve(Map.of(), environment).settings().delivery();
    LoggingSettings broken = LoggingSettings.of("shop").sampledBy(null);

    // When
    assertThatThrownBy(() -> WideEvents.start(delivery, broken, WideEvents.Wait.NOT_AT_ALL))
        .isInstanceOf(NullPointerException.class);

    // Then
    WideEvents.start("shop", environment).close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOG_LEVEL | warn,com.foo=debug",
        "LOG_LEVEL | VERBOSE",
        "LOG_FORMAT | json-ecs",
        "LOG_PATH | /var/log/shop",
        "MQ_TYPE | rabbitmq",
        "MQ_URL | amqp://rabbit",
        "HTTP_PORT | tcp://10.0.0.1:80",
        "HTTP_TLS_CERT_FILE | classpath:shop.crt",
        "HTTP_TLS_KEY_PASSWORD_FILE | /nowhere",
        "HTTP_RATE_LIMIT | 100/s",
        "HTTP_MAX_EVENTS | unlimited",
        "API_KEYS_FILE | s3://keys",
        "API_KEYS | a,b",
        "LOGGING_OWN_REQUESTS | maybe",
        "LOGGING_LEVEL_ROOT | WARN",
        "EVENT_BUS_URL | nats://bus",
        "KAFKA_GROUP | shop",
        "MONGODB_PASSWORD | hidden",
        "SPOOL_SIZE | 3",
        "METRICS_PORT | none"
      })
  void start_leavesTheServicesOwnVariablesAlone(String name, String value) {
    // When
    try (WideEvents events = WideEvents.start("shop", environment(Map.of(name, value)))) {
      // Then
      assertThat(events.logging()).isNotNull();
    }
    assertThat(LibrarySettings.catalogue("shop").resolve(Map.of(), Map.of(name, value)).warnings())
        .isEmpty();
  }

  @Test
  void resolve_warnsOfANameThatIsCloseToOneTheLibraryReads() {
    assertThat(
            LibrarySettings.catalogue("shop")
                .resolve(Map.of(), Map.of("KAFKA_BROKERS", "kafka:9092"))
                .warnings())
        .containsExactly(
            "KAFKA_BROKERS is not a setting of the wide-events library; did you mean"
                + " KAFKA_BROKER?");
  }

  @Test
  void start_namesEveryMistake() {
    Map<String, String> environment =
        environment(Map.of("MQ_BUFFER_BYTES", "1KiB", "LOGGING_JOURNAL", "perhaps"));

    assertThatThrownBy(() -> WideEvents.start("shop", environment))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContainingAll("MQ_BUFFER_BYTES", "LOGGING_JOURNAL");
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("KAFKA_BROKER", NO_SERVER);
    environment.put("MONGODB_URI", "mongodb://" + NO_SERVER);
    environment.put("SPOOL_DIR", directory.toString());
    return environment;
  }
}
