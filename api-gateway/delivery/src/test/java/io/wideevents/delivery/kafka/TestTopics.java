package io.wideevents.delivery.kafka;

import io.wideevents.config.TopicLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** Topics for tests: three partitions, otherwise as by default. */
final class TestTopics {
  private TestTopics() {}

  static TopicLayout layout(String name) {
    return new TopicLayout(
        name,
        3,
        TopicLayout.BROKER_DEFAULT,
        OptionalInt.empty(),
        Optional.of(Duration.ofDays(7)),
        TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES);
  }
}
