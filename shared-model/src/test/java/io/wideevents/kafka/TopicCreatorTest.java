package io.wideevents.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.wideevents.config.TopicLayout;
import io.wideevents.testing.LogCapture;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicCreatorTest {
  private static final TopicLayout EVENTS = layout("log-events");
  private static final TopicLayout DEAD_LETTERS = layout("log-events.dlq");

  private final FakeAdmin kafka = new FakeAdmin();
  private final Admin admin = kafka.client();
  private final TopicCreator topic = TopicCreator.of(EVENTS);
  private final LogCapture log = new LogCapture(TopicCreator.class);

  @AfterEach
  void close() {
    log.close();
  }

  @Test
  void createWhenAbsent_createsTheTopicWithOurLayout() {
    assertThat(topic.createWhenAbsent(admin)).isTrue();

    assertThat(kafka.topics.get("log-events").partitions).isEqualTo(3);
    assertThat(kafka.topics.get("log-events").configs).isEqualTo(EVENTS.configs());
    assertThat(kafka.calls).endsWith("createTopics", "describeTopics", "listOffsets");
    assertThat(log.events()).extracting(ILoggingEvent::getMessage).containsExactly("Created topic");
  }

  @Test
  void createWhenAbsent_leavesATopicThatExists() {
    kafka.recreate("log-events");

    assertThat(topic.createWhenAbsent(admin)).isFalse();

    assertThat(kafka.calls).containsExactly("describeTopics");
    assertThat(log.events()).isEmpty();
  }

  @Test
  void createWhenAbsent_waitsForALeaderAlsoOfATopicThatAnotherProcessCreates() {
    // Given a topic that appears between the look and the request
    kafka.beforeCreate = () -> kafka.recreate("log-events");

    // When
    boolean created = topic.createWhenAbsent(admin);

    // Then
    assertThat(created).isFalse();
    assertThat(kafka.calls).endsWith("createTopics", "describeTopics", "listOffsets");
  }

  @Test
  void createWhenAbsent_saysHowToCreateTheTopicWhenItMayNot() {
    kafka.failures.put("createTopics", new ClusterAuthorizationException("no"));

    for (int attempt = 0; attempt < 3; attempt++) {
      assertThatThrownBy(() -> topic.createWhenAbsent(admin))
          .isInstanceOf(TopicAuthorizationException.class)
          .hasNoCause()
          .hasMessageContaining("Topic log-events does not exist and this process may not create")
          .hasMessageContaining("3 partitions")
          .hasMessageContaining("retention.ms=604800000");
    }

    assertThat(log.events(Level.WARN))
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("Topic is absent and must be created by someone with the right to");
  }

  @Test
  void ensure_takesATopicThatItMayNotDescribeForPresentAndSaysSoOnce() {
    kafka.failures.put("describeTopics", new TopicAuthorizationException("log-events"));

    for (int attempt = 0; attempt < 3; attempt++) {
      assertThat(topic.ensure(admin)).isFalse();
    }

    assertThat(kafka.calls).containsOnly("describeTopics");
    assertThat(log.events(Level.WARN)).hasSize(1);
  }

  @Test
  void ensure_leavesTheLayoutOfATopicThatItSeesForTheFirstTime() {
    FakeAdmin.Topic found = kafka.recreate("log-events");

    topic.ensure(admin);

    assertThat(found.configs).isEmpty();
    assertThat(found.partitions).isEqualTo(1);
  }

  @Test
  void ensure_restoresTheLayoutOfATopicThatCameBackWithTheBrokersDefaults() {
    topic.ensure(admin);
    FakeAdmin.Topic again = kafka.recreate("log-events");

    topic.ensure(admin);
    topic.ensure(admin);

    assertThat(again.configs).isEqualTo(EVENTS.configs());
    assertThat(again.partitions).isEqualTo(3);
    assertThat(log.events(Level.WARN))
        .extracting(ILoggingEvent::getMessage)
        .containsExactly("The topic was deleted and created again without our configs; set them");
  }

  @Test
  void ensure_keepsWhatAnotherHasSetForTheNewTopic() {
    topic.ensure(admin);
    FakeAdmin.Topic again = kafka.recreate("log-events");
    again.configs.put("retention.ms", "1234567");

    topic.ensure(admin);

    assertThat(again.configs)
        .containsEntry("retention.ms", "1234567")
        .containsEntry("max.message.bytes", EVENTS.configs().get("max.message.bytes"));
    assertThat(again.partitions).isEqualTo(1);
  }

  @Test
  void ensure_triesAgainToRestoreWhenKafkaDidNotAnswer() {
    // Given
    topic.ensure(admin);
    FakeAdmin.Topic again = kafka.recreate("log-events");
    kafka.failures.put("incrementalAlterConfigs", new TimeoutException("no answer"));
    assertThatThrownBy(() -> topic.ensure(admin)).isInstanceOf(TimeoutException.class);

    // When
    kafka.failures.clear();
    topic.ensure(admin);

    // Then
    assertThat(again.configs).isEqualTo(EVENTS.configs());
    assertThat(again.partitions).isEqualTo(3);
  }

  @Test
  void ensure_restoresConfigsWhenAnotherProcessHasAddedThePartitions() {
    topic.ensure(admin);
    FakeAdmin.Topic again = kafka.recreate("log-events");
    kafka.failures.put("createPartitions", new InvalidPartitionsException("3 already"));

    topic.ensure(admin);

    assertThat(again.configs).isEqualTo(EVENTS.configs());
  }

  @Test
  void ensure_saysOnceThatItMayNotRestore() {
    topic.ensure(admin);
    FakeAdmin.Topic again = kafka.recreate("log-events");
    kafka.failures.put("incrementalAlterConfigs", new TopicAuthorizationException("log-events"));

    topic.ensure(admin);
    topic.ensure(admin);

    assertThat(again.configs).isEmpty();
    assertThat(log.events(Level.WARN))
        .singleElement()
        .satisfies(line -> assertThat(line.getMessage()).contains("may not change it"));
  }

  @Test
  void ensureOfDeadLetters_takesWhatTheEventsTopicTakes() {
    kafka.recreate("log-events").configs.put("max.message.bytes", "3000000");

    TopicCreator.ofDeadLetters(DEAD_LETTERS, EVENTS).ensure(admin);

    assertThat(kafka.topics.get("log-events.dlq").configs)
        .containsEntry("max.message.bytes", "3065536");
  }

  @Test
  void ensureOfDeadLetters_createsTheTopicBeforeTheEventsTopicExists() {
    TopicCreator.ofDeadLetters(DEAD_LETTERS, EVENTS).ensure(admin);

    assertThat(kafka.topics.get("log-events.dlq").configs).isEqualTo(DEAD_LETTERS.configs());
  }

  private static TopicLayout layout(String name) {
    return new TopicLayout(
        name,
        3,
        TopicLayout.BROKER_DEFAULT,
        OptionalInt.empty(),
        Optional.of(Duration.ofDays(7)),
        TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES);
  }
}
