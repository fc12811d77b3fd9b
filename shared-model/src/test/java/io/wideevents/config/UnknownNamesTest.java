package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownNamesTest {
  private static final Set<String> KNOWN =
      Set.of(
          "HTTP_PORT",
          "HTTP_HOST",
          "KAFKA_BROKER",
          "KAFKA_LOG_TOPIC",
          "MQ_DLQ_TOPIC",
          "MQ_BATCH_SIZE");

  @ParameterizedTest
  @CsvSource({"kitten, sitting, 3", "'', abc, 3", "same, same, 0", "ab, ba, 2"})
  void distance_countsEdits(String a, String b, int expected) {
    assertThat(UnknownNames.distance(a, b)).isEqualTo(expected);
    assertThat(UnknownNames.distance(b, a)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "KAFKA_BROKERS, KAFKA_BROKER",
    "HTTP_PROT, HTTP_PORT",
    "HTTP_HOTS, HTTP_HOST",
    "MQ_LOG_TOPIC, KAFKA_LOG_TOPIC",
    "MQ_DLQ_TOPICS, MQ_DLQ_TOPIC",
    "KAFKA_BATCH_SIZE, MQ_BATCH_SIZE"
  })
  void warnings_nameTheNearest(String name, String nearest) {
    assertThat(UnknownNames.warnings("api-gateway", KNOWN, Set.of(), Map.of(name, "x")))
        .containsExactly(
            name
                + " is not a setting of api-gateway and does nothing; did you mean "
                + nearest
                + "?");
  }

  @Test
  void warnings_areSilentAboutWhatOthersPutThere() {
    Map<String, String> environment =
        Map.of(
            "KAFKA_PORT", "tcp://10.0.0.1:9092",
            "KAFKA_SERVICE_HOST", "10.0.0.1",
            "KAFKA_SERVICE_PORT", "9092",
            "KAFKA_PORT_9092_TCP_ADDR", "10.0.0.1",
            "KAFKA_CLIENT_CLIENT_ID", "a",
            "HTTP_PROXY", "http://proxy",
            "HOME", "/root",
            "HTTP", "x");

    assertThat(UnknownNames.warnings("api-gateway", KNOWN, Set.of(), environment)).isEmpty();
  }

  @Test
  void warnings_doNotTakeAWrongPortForAServiceLink() {
    assertThat(UnknownNames.warnings("x", KNOWN, Set.of(), Map.of("KAFKA_PORT", "9092")))
        .hasSize(1);
  }
}
