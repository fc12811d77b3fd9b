package io.wideevents.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.kafka.GroupLag;
import io.wideevents.stack.TestStack;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.testing.EventTopic;
import io.wideevents.worker.testing.EventsInMongo;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A topic that is deleted and created again, against a real broker and a real MongoDB. */
@Execution(ExecutionMode.CONCURRENT)
class TopicRecreationIT {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int OLD_EVENTS = 600;
  private static final int NEW_EVENTS = 1_800;

  private final String name = TestStack.uniqueName(TopicRecreationIT.class);
  private final String group = name + "-group";
  private final Instant now = Instant.now();
  private final String databaseName = TestStack.newDatabase(TopicRecreationIT.class);
  private final EventsInMongo stored = new EventsInMongo(TestStack.mongo(), databaseName);
  private final List<WorkerApplication> workers = new ArrayList<>();
  private EventTopic topic = EventTopic.existing(TestStack.kafka(), name);

  @BeforeEach
  void createTopic() throws Exception {
    topic.close();
    topic = EventTopic.create(TestStack.kafka(), name);
  }

  @AfterEach
  void close() {
    workers.forEach(WorkerApplication::close);
    topic.close();
    stored.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void aRunningWorkerReadsTheNewTopicFromItsStart(String protocol) throws Exception {
    topic.sendEvents(0, OLD_EVENTS, now);
    start(protocol);
    awaitNoLag();

    recreate();
    topic.sendEvents(OLD_EVENTS, OLD_EVENTS + NEW_EVENTS, now);

    awaitStored(OLD_EVENTS + NEW_EVENTS);
    awaitNoLag();
  }

  /** The new topic begins at leader epoch 0, also after a higher epoch of the old topic. */
  @ParameterizedTest
  @CsvSource({"classic,0", "consumer,0", "classic,50", "consumer,50"})
  void aWorkerThatWasStoppedMeanwhileReadsTheNewTopicFromItsStart(String protocol, int leaderEpoch)
      throws Exception {
    // Given the offsets of the deleted topic, which a late commit put back after the deletion
    topic.sendEvents(0, OLD_EVENTS, now);
    WorkerApplication first = start(protocol);
    awaitNoLag();
    first.close();
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    topic
        .admin()
        .listConsumerGroupOffsets(group)
        .partitionsToOffsetAndMetadata()
        .get()
        .forEach((partition, at) -> offsets.put(partition, withLeaderEpoch(at, leaderEpoch)));
    recreate();
    topic.sendEvents(OLD_EVENTS, OLD_EVENTS + NEW_EVENTS, now);
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(
            () -> {
              // The broker may still delete the offsets of the old topic.
              topic.admin().alterConsumerGroupOffsets(group, offsets).all().get();
              assertThat(topic.committed(group)).hasSize(EventTopic.PARTITIONS);
              GroupLag lag = GroupLag.of(topic.admin(), name, group);
              assertThat(lag.recreated()).isTrue();
              assertThat(lag.total()).isEqualTo(NEW_EVENTS);
            });

    start(protocol);

    awaitStored(OLD_EVENTS + NEW_EVENTS);
    awaitNoLag();
  }

  private static OffsetAndMetadata withLeaderEpoch(OffsetAndMetadata offset, int leaderEpoch) {
    return new OffsetAndMetadata(offset.offset(), Optional.of(leaderEpoch), offset.metadata());
  }

  /**
   * Deletes the topic and creates it again. The broker has the new topic when this method returns.
   */
  private void recreate() throws Exception {
    topic.admin().deleteTopics(List.of(name)).all().get();
    topic.close();
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> topic = EventTopic.create(TestStack.kafka(), name));
    // Until then a leader still takes records for the deleted topic.
    await()
        .atMost(LONG)
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(topic.endOffsets().values()).containsOnly(0L));
  }

  private WorkerApplication start(String protocol) {
    Map<String, String> flags = new HashMap<>();
    flags.put("--group-protocol", protocol);
    flags.put("--brokers", TestStack.kafka());
    flags.put("--topic", name);
    flags.put("--dlq-topic", name + ".dlq");
    flags.put("--group", group);
    flags.put("--mongodb-uri", TestStack.mongo());
    flags.put("--mongodb-database", databaseName);
    flags.put("--http-port", "-1");
    WorkerApplication worker =
        new WorkerApplication(WorkerSettings.CATALOGUE.resolve(flags, Map.of()).settings());
    workers.add(worker);
    worker.start();
    return worker;
  }

  private void awaitStored(int count) {
    await().atMost(LONG).untilAsserted(() -> assertThat(stored.count()).isEqualTo(count));
    assertThat(stored.requestIds()).doesNotHaveDuplicates();
  }

  private void awaitNoLag() {
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(topic.committed(group)).isEqualTo(topic.endOffsets()));
  }
}
