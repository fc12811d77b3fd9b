package io.wideevents.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.Filters;
import io.wideevents.stack.TestStack;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.testing.EventTopic;
import io.wideevents.worker.testing.EventsInMongo;
import io.wideevents.worker.testing.LogRecords;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole worker against a real broker and a real MongoDB. */
@Execution(ExecutionMode.CONCURRENT)
class WorkerIT {
  private static final Duration LONG = Duration.ofSeconds(60);

  private final String name = TestStack.uniqueName(WorkerIT.class);
  private final String group = name + "-group";
  private final Instant now = Instant.now();
  private final String databaseName = TestStack.newDatabase(WorkerIT.class);
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

  @Test
  void everyEventIsStoredOnceAndCommitted() throws Exception {
    topic.sendEvents(0, 5_000, now);

    start(Map.of());

    awaitStored(5_000);
    awaitNoLag();
  }

  @Test
  void sameEventsSentTwiceAreStoredOnce() throws Exception {
    topic.sendEvents(0, 1_000, now);
    topic.sendEvents(0, 1_000, now);

    start(Map.of());

    awaitNoLag();
    awaitStored(1_000);
  }

  @Test
  void aLoneEventIsStoredWhenItsBatchIsOldEnough() throws Exception {
    start(Map.of("--batch-timeout", "200"));

    topic.sendEvents(0, 1, now);

    awaitStored(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "snappy", "lz4", "zstd"})
  void compressedRecordsAreRead(String compression) throws Exception {
    try (Producer<byte[], byte[]> compressing =
        topic.producer(Map.of("compression.type", compression, "linger.ms", 20))) {
      for (int n = 0; n < 200; n++) {
        compressing.send(new ProducerRecord<>(name, LogRecords.json(n, now)));
      }
    }

    start(Map.of());

    awaitStored(200);
  }

  @Test
  void abortedTransactionsAreNotStoredAndLeaveNoLag() throws Exception {
    try (Producer<byte[], byte[]> producer = topic.producer(Map.of("transactional.id", name))) {
      producer.initTransactions();
      sendTransaction(producer, 0, 50);
      producer.commitTransaction();
      sendTransaction(producer, 1_000, 1_050);
      producer.abortTransaction();
    }

    start(Map.of());

    awaitStored(50);
    awaitNoLag();
  }

  @Test
  void poisonGoesToTheDeadLetterTopicAndNothingIsStuck() throws Exception {
    assumeTrue(TestStack.mongoIsServer(), "The stand-in for MongoDB has no validators");
    stored.createWithValidator(Filters.ne("service", "forbidden"));
    topic.sendEvents(0, 100, now);
    topic.send(new ProducerRecord<>(name, bytes("tombstone"), null));
    topic.send(new ProducerRecord<>(name, bytes("empty"), new byte[0]));
    topic.send(new ProducerRecord<>(name, bytes("k"), bytes("{not json")));
    topic.send(new ProducerRecord<>(name, bytes("k"), new byte[] {(byte) 0xff, (byte) 0xfe}));
    topic.send(new ProducerRecord<>(name, bytes("k"), bytes("[1,2]")));
    topic.send(new ProducerRecord<>(name, bytes("k"), bytes("{\"requestId\":\"r\"}")));
    topic.send(
        new ProducerRecord<>(
            name, bytes("k"), event("r-old", "checkout", Instant.parse("2020-01-01T00:00:00Z"))));
    topic.send(new ProducerRecord<>(name, bytes("k"), event("r-forbidden", "forbidden", now)));
    ProducerRecord<byte[], byte[]> newer = new ProducerRecord<>(name, LogRecords.json(900, now));
    newer.headers().add(new RecordHeader("schema", bytes("2")));
    topic.send(newer);
    ProducerRecord<byte[], byte[]> other =
        new ProducerRecord<>(name, withId(UUID.randomUUID().toString(), "other id in the header"));
    other.headers().add(new RecordHeader("event-id", bytes(UUID.randomUUID().toString())));
    topic.send(other);
    String id = UUID.randomUUID().toString();
    topic.send(new ProducerRecord<>(name, bytes("k"), withId(id, "first")));
    topic.send(new ProducerRecord<>(name, bytes("k"), withId(id, "second")));
    topic.sendEvents(100, 200, now);

    start(Map.of());

    awaitNoLag();
    List<String> good = new ArrayList<>(List.of("r-same-id"));
    IntStream.range(0, 200).forEach(n -> good.add("request-" + n));
    assertThat(stored.requestIds()).containsExactlyInAnyOrderElementsOf(good);
    Map<String, Integer> reasons = new TreeMap<>();
    try (EventTopic deadLetters = EventTopic.existing(TestStack.kafka(), name + ".dlq")) {
      for (ConsumerRecord<byte[], byte[]> letter : deadLetters.readAll()) {
        reasons.merge(header(letter, "dlq-reason"), 1, Integer::sum);
        assertThat(header(letter, "dlq-source-topic")).isEqualTo(name);
        assertThat(header(letter, "dlq-error")).isNotEmpty();
      }
    }
    assertThat(reasons)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "empty", 2,
                "malformed", 2,
                "invalid", 2,
                "expired", 1,
                "refused_by_database", 1,
                "unsupported_schema", 1,
                "id_mismatch", 1,
                "id_conflict", 1));
  }

  @Test
  void closingInTheMiddleLosesNothing() throws Exception {
    topic.sendEvents(0, 20_000, now);
    WorkerApplication first = start(Map.of("--batch-size", "50"));
    await().atMost(LONG).until(() -> stored.count() > 500);

    first.close();
    long storedByFirst = stored.count();
    start(Map.of());

    assertThat(storedByFirst).isLessThan(20_000);
    awaitStored(20_000);
    awaitNoLag();
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void workersThatComeAndGoShareTheWork(String protocol) throws Exception {
    Map<String, String> flags = Map.of("--group-protocol", protocol, "--batch-size", "20");
    topic.sendEvents(0, 5_000, now);
    WorkerApplication first = start(flags);
    await().atMost(LONG).until(() -> stored.count() > 100);

    WorkerApplication second = start(flags);
    topic.sendEvents(5_000, 10_000, now);
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(first.status().partitions()).hasSize(3);
              assertThat(second.status().partitions()).hasSize(3);
            });
    topic.sendEvents(10_000, 15_000, now);
    first.close();
    topic.sendEvents(15_000, 20_000, now);

    awaitStored(20_000);
    awaitNoLag();
    assertThat(second.status().partitions()).hasSize(6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"classic", "consumer"})
  void aWorkerWithoutAPartitionIsAMemberAllTheSame(String protocol) {
    for (int i = 0; i <= EventTopic.PARTITIONS; i++) {
      start(Map.of("--group-protocol", protocol));
    }

    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              assertThat(workers).allMatch(worker -> worker.status().joined());
              assertThat(workers).anyMatch(worker -> worker.status().partitions().isEmpty());
            });
  }

  @Test
  void topicsAreCreatedWhenAbsent() throws Exception {
    topic.admin().deleteTopics(List.of(name)).all().get();
    await().until(() -> !topic.admin().listTopics().names().get().contains(name));

    start(Map.of());
    await()
        .atMost(LONG)
        .until(() -> topic.admin().listTopics().names().get().contains(name + ".dlq"));
    topic.sendEvents(0, 10, now);

    awaitStored(10);
    assertThat(topic.endOffsets()).hasSize(6);
  }

  @Test
  void recordsLostToRetentionAreCounted() throws Exception {
    topic.sendEvents(0, 600, now);
    WorkerApplication first = start(Map.of());
    awaitNoLag();
    first.close();
    topic.sendEvents(600, 1_200, now);
    Map<Integer, Long> committed = topic.committed(group);
    long deleted = 0;
    for (int partition = 0; partition < EventTopic.PARTITIONS; partition++) {
      topic.deleteBefore(partition, committed.getOrDefault(partition, 0L) + 10);
      deleted += 10;
    }
    long expected = deleted;

    WorkerApplication second = start(Map.of());

    awaitNoLag();
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(second.status().lostRecords()).isEqualTo(expected));
    awaitStored((int) (1_200 - expected));
  }

  @Test
  void recordsDeletedBeforeAGroupWithoutOffsetsReadThemAreCounted() throws Exception {
    topic.sendEvents(0, 600, now);
    for (int partition = 0; partition < EventTopic.PARTITIONS; partition++) {
      topic.deleteBefore(partition, 10);
    }

    WorkerApplication worker = start(Map.of());

    awaitNoLag();
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(worker.status().lostRecords()).isEqualTo(60));
    awaitStored(540);
  }

  @Test
  void aDeadLetterTopicThatIsDeletedMeanwhileGetsItsSettingsAgain() throws Exception {
    String letters = name + ".dlq";
    start(Map.of());
    topic.send(new ProducerRecord<>(name, bytes("k"), bytes("{broken")));
    awaitNoLag();
    assertThat(config(letters, "retention.ms")).isEqualTo("-1");
    topic.admin().deleteTopics(List.of(letters)).all().get();
    await().until(() -> !topic.admin().listTopics().names().get().contains(letters));

    // The broker may create the topic at once. Otherwise the worker creates it later.
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofSeconds(1))
        .untilAsserted(
            () -> {
              topic.send(new ProducerRecord<>(name, bytes("k"), bytes("{broken")));
              assertThat(topic.admin().listTopics().names().get()).contains(letters);
              assertThat(config(letters, "retention.ms")).isEqualTo("-1");
              assertThat(config(letters, "max.message.bytes")).isNotEqualTo("1048588");
            });
    awaitNoLag();
  }

  private String config(String topicName, String property) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topicName);
    return topic
        .admin()
        .describeConfigs(List.of(resource))
        .all()
        .get()
        .get(resource)
        .get(property)
        .value();
  }

  private void sendTransaction(Producer<byte[], byte[]> producer, int from, int to) {
    producer.beginTransaction();
    for (int n = from; n < to; n++) {
      producer.send(new ProducerRecord<>(name, LogRecords.json(n, now)));
    }
    producer.flush();
  }

  private WorkerApplication start(Map<String, String> more) {
    Map<String, String> flags = new HashMap<>(more);
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

  private static byte[] event(String requestId, String service, Instant timestamp) {
    return bytes(
        """
        {"requestId":"%s","service":"%s","route":"GET /","timestamp":"%s"}"""
            .formatted(requestId, service, timestamp));
  }

  private byte[] withId(String id, String text) {
    return bytes(
        """
        {"requestId":"r-same-id","service":"s","route":"GET /","timestamp":"%s","eventId":"%s",\
        "text":"%s"}"""
            .formatted(now, id, text));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
