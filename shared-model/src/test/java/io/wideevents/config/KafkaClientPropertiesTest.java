package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaClientPropertiesTest {
  private final List<SettingProblem> problems = new ArrayList<>();

  @Test
  void read_turnsVariablesIntoProperties() {
    Map<String, String> environment =
        Map.of(
            "KAFKA_CLIENT_SECURITY_PROTOCOL", "SASL_SSL",
            "KAFKA_CLIENT_SSL_ENDPOINT_IDENTIFICATION_ALGORITHM", "",
            "KAFKA_CLIENT_", "x",
            "KAFKA_BROKER", "localhost:9092");

    assertThat(read(environment))
        .containsOnly(
            Map.entry("security.protocol", "SASL_SSL"),
            Map.entry("ssl.endpoint.identification.algorithm", ""));
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ACKS", "ENABLE_IDEMPOTENCE", "ENABLE_AUTO_COMMIT", "AUTO_OFFSET_RESET", "ISOLATION_LEVEL",
        "KEY_SERIALIZER", "VALUE_DESERIALIZER", "DELIVERY_TIMEOUT_MS", "MAX_BLOCK_MS", "GROUP_ID",
        "BOOTSTRAP_SERVERS", "MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION"
      })
  void read_refusesWhatThePromiseRestsOn(String property) {
    assertThat(read(Map.of("KAFKA_CLIENT_" + property, "x"))).isEmpty();
    assertThat(problems).hasSize(1);
    assertThat(problems.get(0).source()).isEqualTo(Source.ENVIRONMENT);
    assertThat(problems.get(0).message()).startsWith("KAFKA_CLIENT_" + property + " sets Kafka's ");
  }

  @Test
  void read_takesSecretFromFile(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("jaas"), "…ScramLoginModule required …;\n");

    assertThat(read(Map.of("KAFKA_CLIENT_SASL_JAAS_CONFIG_FILE", file.toString())))
        .containsOnly(Map.entry("sasl.jaas.config", "…ScramLoginModule required …;"));
  }

  @Test
  void read_refusesSecretBesideItsFile() {
    read(
        Map.of(
            "KAFKA_CLIENT_SSL_KEY_PASSWORD", "s3cret",
            "KAFKA_CLIENT_SSL_KEY_PASSWORD_FILE", "/nowhere"));

    assertThat(problems)
        .containsExactly(
            new SettingProblem(
                Source.ENVIRONMENT,
                "KAFKA_CLIENT_SSL_KEY_PASSWORD_FILE is given beside KAFKA_CLIENT_SSL_KEY_PASSWORD:"
                    + " keep one of the two (environment)"));
  }

  @Test
  void read_takesEmptyFileVariableForAbsent() {
    assertThat(read(Map.of("KAFKA_CLIENT_SSL_KEY_PASSWORD_FILE", ""))).isEmpty();
    assertThat(problems).isEmpty();
  }

  @Test
  void read_saysWhyFileCannotBeUsed() {
    read(Map.of("KAFKA_CLIENT_SSL_KEY_PASSWORD_FILE", "/nowhere"));

    assertThat(problems.get(0).message())
        .contains("names /nowhere, which cannot be read (NoSuchFileException)");
  }

  @Test
  void read_leavesKafkasOwnFilePropertiesAlone() {
    assertThat(read(Map.of("KAFKA_CLIENT_SASL_OAUTHBEARER_ASSERTION_FILE", "/a")))
        .containsOnly(Map.entry("sasl.oauthbearer.assertion.file", "/a"));
  }

  @Test
  void shown_masksSecrets() {
    KafkaClientProperties properties =
        new KafkaClientProperties(
            Map.of(
                "ssl.keystore.key", "-----BEGIN",
                "ssl.truststore.password", "s3cret",
                "sasl.oauthbearer.client.credentials.client.secret", "s3cret",
                "client.id", "a"),
            List.of());

    assertThat(properties.shown().values()).containsOnly("***", "a");
    assertThat(properties.shown()).containsEntry("KAFKA_CLIENT_CLIENT_ID", "a");
  }

  private Map<String, String> read(Map<String, String> environment) {
    KafkaClientProperties read = KafkaClientProperties.read(environment);
    problems.addAll(read.problems());
    return read.values();
  }
}
