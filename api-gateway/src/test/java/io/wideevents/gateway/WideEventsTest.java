package io.wideevents.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.config.InvalidSettingsException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WideEventsTest {
  private static final String NOBODY = "127.0.0.1:1";

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
  void start_namesEveryMistake() {
    Map<String, String> environment =
        environment(Map.of("MQ_BUFFER_BYTES", "1KiB", "LOGGING_JOURNAL", "perhaps"));

    assertThatThrownBy(() -> WideEvents.start("shop", environment))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContainingAll("MQ_BUFFER_BYTES", "LOGGING_JOURNAL");
  }

  private Map<String, String> environment(Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(more);
    environment.put("KAFKA_BROKER", NOBODY);
    environment.put("MONGODB_URI", "mongodb://" + NOBODY);
    environment.put("SPOOL_DIR", directory.toString());
    return environment;
  }
}
