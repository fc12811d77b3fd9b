package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.ValuePattern;
import io.wideevents.mongo.MongoSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonSettingsTest {
  private static final SettingsCatalogue<Common> CATALOGUE =
      SettingsCatalogue.of("either", CommonSettingsTest::read);

  private record Common(KafkaCluster kafka, MongoSettings mongo, EncoderSettings rules) {}

  private static Supplier<Common> read(SettingsReader settings) {
    Supplier<KafkaCluster> kafka = KafkaCluster.read(settings);
    Supplier<MongoSettings> mongo = CommonSettings.mongo(settings);
    Supplier<EncoderSettings> rules =
        CommonSettings.rules(settings, () -> EncoderSettings.DEFAULT_MAX_EVENTS);
    return () -> new Common(kafka.get(), mongo.get(), rules.get());
  }

  @Test
  void defaults_areThoseOfTheDesign() {
    Common settings = resolve(Map.of());

    assertThat(settings.kafka().brokers()).isEqualTo("localhost:9092");
    assertThat(settings.mongo()).isEqualTo(MongoSettings.at("mongodb://localhost:27017"));
    assertThat(settings.rules()).isEqualTo(EncoderSettings.DEFAULT);
    assertThat(settings.kafka().events().configs())
        .containsOnly(
            Map.entry("cleanup.policy", "delete"),
            Map.entry("retention.ms", "604800000"),
            Map.entry("max.message.bytes", "1048588"));
  }

  @Test
  void deadLetterTopic_keepsForEverAndTakesWhatTheSourceTookAndMore() {
    Common settings =
        resolve(
            Map.of(
                "EVENT_MAX_BYTES", "2MiB",
                "KAFKA_TOPIC_PARTITIONS", "12",
                "KAFKA_TOPIC_REPLICATION", "3",
                "KAFKA_TOPIC_MIN_ISR", "2"));

    TopicLayout events = settings.kafka().events();
    TopicLayout deadLetters = settings.kafka().deadLetters();

    assertThat(events.maxMessageBytes()).isEqualTo(2 * 1024 * 1024 + 64 * 1024);
    assertThat(events.partitions()).isEqualTo(12);
    assertThat(events.replication()).isEqualTo((short) 3);
    assertThat(deadLetters.name()).isEqualTo("log-events.dlq");
    assertThat(deadLetters.configs())
        .containsEntry("retention.ms", "-1")
        .containsEntry("min.insync.replicas", "2");
    assertThat(deadLetters.maxMessageBytes() - events.maxMessageBytes()).isEqualTo(64 * 1024);
  }

  @Test
  void mapping_reachesEveryPart() {
    Common settings =
        resolve(
            Map.of(
                "MONGODB_URI", "mongodb://a:1/?replicaSet=rs0",
                "MONGODB_DATABASE", "d",
                "MONGODB_COLLECTION", "c",
                "MONGODB_TIMEOUT", "4s",
                "MONGODB_SERVER_SELECTION_TIMEOUT", "3s",
                "MONGODB_MAX_CONNECTIONS", "7",
                "MONGODB_USER_INDEX", "true",
                "EVENT_RETENTION", "90d"));

    assertThat(settings.mongo())
        .isEqualTo(
            new MongoSettings(
                "mongodb://a:1/?replicaSet=rs0",
                "d",
                "c",
                Duration.ofSeconds(4),
                Duration.ofSeconds(3),
                7,
                Duration.ofDays(90),
                true));
  }

  @Test
  void redaction_addsToTheDefaultListOrReplacesIt() {
    assertThat(redacted("default, ssn"))
        .containsAll(EncoderSettings.DEFAULT_REDACTED_NAMES)
        .contains("ssn")
        .doesNotContain("default");
    assertThat(redacted("ssn,*_pin")).containsExactlyInAnyOrder("ssn", "*_pin");
    assertThat(redacted("none")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "MQ_DLQ_TOPIC | log-events | is KAFKA_LOG_TOPIC as well",
        "KAFKA_LOG_TOPIC | log events | is not a name Kafka takes for a topic",
        "KAFKA_LOG_TOPIC | .. | is not a name Kafka takes for a topic",
        "MONGODB_DATABASE | a.b | is not a name MongoDB takes",
        "MONGODB_COLLECTION | system.users | is not a name MongoDB takes",
        "MONGODB_URI | localhost:27017 | is not a connection string: it starts with neither",
        "MONGODB_URI | mongodb://u:s3cret@:x | is not a connection string: the driver cannot parse",
        "EVENT_REDACT | default,a*b | cannot be used: 'a*b' is not a name pattern",
        "MONGODB_TIMEOUT | 1s | is more than MONGODB_TIMEOUT=1s"
      })
  void wrongValue_isReportedWithItsReason(String name, String value, String problem) {
    assertThatThrownBy(() -> resolve(Map.of(name, value)))
        .hasMessageContaining(problem)
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void minIsr_isAtMostReplication() {
    assertThatThrownBy(
            () -> resolve(Map.of("KAFKA_TOPIC_REPLICATION", "1", "KAFKA_TOPIC_MIN_ISR", "2")))
        .hasMessage(
            "KAFKA_TOPIC_MIN_ISR=2 is more than KAFKA_TOPIC_REPLICATION=1 (environment); use for"
                + " example 2");
  }

  @Test
  void redactPattern_isReadOrRefusedWithTheReason() {
    assertThat(resolve(Map.of("EVENT_REDACT_PATTERN", "[0-9]{16}")).rules().redactedText())
        .isEqualTo(ValuePattern.of("[0-9]{16}"));
    assertThatThrownBy(() -> resolve(Map.of("EVENT_REDACT_PATTERN", "(")))
        .hasMessageContaining("EVENT_REDACT_PATTERN=( cannot be used: ");
    assertThatThrownBy(() -> resolve(Map.of("EVENT_REDACT_PATTERN", "a*")))
        .hasMessageContaining("it matches the empty text");
  }

  @Test
  void authorities_mustBeAFileOfCertificates(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("ca.pem"), "none");

    assertThatThrownBy(() -> resolve(Map.of("MONGODB_TLS_CA_FILE", file.toString())))
        .hasMessageContaining(file + " holds no certificate in PEM form");
    assertThatThrownBy(() -> resolve(Map.of("MONGODB_TLS_CA_FILE", file + "x")))
        .hasMessageContaining("cannot be read (NoSuchFileException)");
  }

  private static Set<String> redacted(String text) {
    return resolve(Map.of("EVENT_REDACT", text)).rules().redactedNames();
  }

  private static Common resolve(Map<String, String> environment) {
    return CATALOGUE.resolve(Map.of(), environment).settings();
  }
}
