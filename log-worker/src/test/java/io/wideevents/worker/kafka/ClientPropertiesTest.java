package io.wideevents.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.TopicLayout;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientPropertiesTest {
  private static final int KIBIBYTE = 1024;

  @Test
  void consumer_pollsManySmallEvents() {
    assertThat(maxPollRecords(256 * KIBIBYTE)).isEqualTo(250);
  }

  @ParameterizedTest
  @ValueSource(ints = {1024, 256 * KIBIBYTE, 1024 * KIBIBYTE, 8 * 1024 * KIBIBYTE})
  void consumer_pollsNoMoreThanTheMemoryOfTheDefaultLimit(int maxEventBytes) {
    assertThat((long) maxPollRecords(maxEventBytes) * maxEventBytes)
        .isBetween(1L, 64L * 1024 * KIBIBYTE);
  }

  private static int maxPollRecords(int maxEventBytes) {
    KafkaSettings settings =
        new KafkaSettings(
            "localhost:9092",
            "group",
            GroupProtocol.CLASSIC,
            Map.of(),
            maxEventBytes,
            topic("log-events"),
            topic("log-events.dlq"));
    return (int) new ClientProperties(settings).consumer().get("max.poll.records");
  }

  private static TopicLayout topic(String name) {
    return new TopicLayout(
        name, 6, (short) 1, OptionalInt.empty(), Optional.empty(), 1024 * KIBIBYTE);
  }
}
