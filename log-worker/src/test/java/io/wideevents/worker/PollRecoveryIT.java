package io.wideevents.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.DeadLetterFormat;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.TestStack;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.consume.ConsumerStatus.StoppedPartition;
import io.wideevents.worker.testing.EventTopic;
import io.wideevents.worker.testing.EventsInMongo;
import io.wideevents.worker.testing.LogRecords;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Records in a real broker's log that make a poll fail, because a batch is corrupt or the heap is
 * too small. Tests of corrupt batches run at the same time. A test that needs most of this JVM's
 * heap runs alone.
 */
@Execution(ExecutionMode.CONCURRENT)
class PollRecoveryIT {
  private static final String HEAP = "heap";
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final int MEBIBYTE = 1 << 20;
  private static final int PARTITION = 2;
  private static final int BATCH_OVERHEAD = 12;

  @TempDir private static Path directory;
  private static KafkaBroker broker;

  private final String name = TestStack.uniqueName(PollRecoveryIT.class);
  private final String group = name + "-group";
  private final Instant now = Instant.now();
  private final String databaseName = TestStack.newDatabase(PollRecoveryIT.class);
  private final EventsInMongo stored = new EventsInMongo(TestStack.mongo(), databaseName);
  private final List<AutoCloseable> running = new ArrayList<>();
  private EventTopic topic;

  @BeforeAll
  static void startBroker() {
    broker = KafkaBroker.create(BrokerSettings.DEFAULT.withDirectory(directory.resolve("broker")));
    broker.start();
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @BeforeEach
  void createTopic() throws Exception {
    topic = EventTopic.create(broker.bootstrapServers(), name);
    running.add(topic);
    running.add(stored);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : running.reversed()) {
      each.close();
    }
  }

  /** The changed byte of a batch: in its records, its magic number, or its length. */
  @ParameterizedTest
  @CsvSource({"classic,70", "classic,16", "classic,9", "consumer,70"})
  @ResourceLock(value = HEAP, mode = ResourceAccessMode.READ)
  void corruptBatch_stopsItsPartitionAloneUntilItIsRepaired(String protocol, int byteOfBatch)
      throws Exception {
    // Given: two batches in one partition, the second corrupt, and events in all the others
    sendTo(PARTITION, 0, 10);
    sendTo(PARTITION, 10, 20);
    for (int partition = 0; partition < EventTopic.PARTITIONS; partition++) {
      if (partition != PARTITION) {
        sendTo(partition, 100 * (partition + 1), 100 * (partition + 1) + 100);
      }
    }
    flip(byteOfBatch);

    // When
    List<WorkerApplication> workers =
        List.of(start("--group-protocol", protocol), start("--group-protocol", protocol));

    // Then: all readable records are stored and committed on both workers, also later records
    awaitStored(510);
    sendTo(0, 1_000, 1_100);
    awaitStored(610);
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              Map<Integer, Long> expected = new HashMap<>(topic.endOffsets());
              expected.put(PARTITION, 10L);
              assertThat(topic.committed(group)).isEqualTo(expected);
              assertThat(stopped(workers))
                  .singleElement()
                  .satisfies(
                      it -> {
                        assertThat(it.partition()).isEqualTo(PARTITION);
                        assertThat(it.offset()).isEqualTo(10);
                      });
            });

    // When it is repaired
    flip(byteOfBatch);

    // Then
    awaitStored(620);
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(topic.committed(group)).isEqualTo(topic.endOffsets()));
    await().untilAsserted(() -> assertThat(stopped(workers)).isEmpty());
  }

  @Test
  @ResourceLock(value = HEAP, mode = ResourceAccessMode.READ)
  void corruptBatch_isPassedOverWhenAnOperatorDeletesItsRecords() throws Exception {
    // Given
    sendTo(PARTITION, 0, 10);
    sendTo(PARTITION, 10, 20);
    sendTo(PARTITION, 20, 30);
    flip(70);
    WorkerApplication worker = start("--group-protocol", "classic");
    await().atMost(LONG).until(() -> worker.status().stopped().size() == 1);

    // When
    topic.deleteBefore(PARTITION, 20);

    // Then
    awaitStored(20);
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(topic.committed(group)).isEqualTo(topic.endOffsets()));
    assertThat(worker.status().lostRecords()).isEqualTo(10);
    await().untilAsserted(() -> assertThat(worker.status().stopped()).isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"classic,-XX:+UseSerialGC", "consumer,-XX:+UseG1GC"})
  @ResourceLock(HEAP)
  void recordsThatDoNotFitTheHeap_becomeDeadLettersAndTheOthersAreStored(
      String protocol, String collector) throws Exception {
    // Given
    sendTo(PARTITION, 0, 10);
    // More than the free part of a heap of 256 MiB. With some collectors 200 MiB are free.
    try (Producer<byte[], byte[]> bombs = bombs("zstd", 16_384)) {
      bombs.send(new ProducerRecord<>(name, PARTITION, null, new byte[250 * MEBIBYTE])).get();
    }
    sendTo(PARTITION, 10, 20);
    // One batch: good, bomb, good
    try (Producer<byte[], byte[]> bombs = bombs("gzip", 200 * MEBIBYTE)) {
      bombs.send(new ProducerRecord<>(name, PARTITION, null, LogRecords.json(20, now)));
      bombs.send(new ProducerRecord<>(name, PARTITION, null, new byte[180 * MEBIBYTE]));
      bombs.send(new ProducerRecord<>(name, PARTITION, null, LogRecords.json(21, now)));
      bombs.flush();
    }
    sendTo(0, 100, 200);
    // 200 records of 2 MB, good JSON of another producer but larger than an event may be
    try (Producer<byte[], byte[]> many = bombs("zstd", 16_384)) {
      for (int i = 0; i < 200; i++) {
        many.send(new ProducerRecord<>(name, 1, null, new byte[2 * MEBIBYTE]));
      }
    }
    sendTo(1, 200, 300);

    // When
    ChildProcess worker = startProcess("-Xmx256m", collector, protocol);

    // Then
    awaitStored(222);
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(topic.committed(group)).isEqualTo(topic.endOffsets()));
    assertThat(worker.isAlive()).as(worker.logText()).isTrue();
    List<ConsumerRecord<byte[], byte[]>> tooLarge =
        deadLetters().stream()
            .filter(
                it ->
                    header(it, DeadLetterFormat.REASON).equals(DeadLetterReason.TOO_LARGE.label()))
            .filter(it -> header(it, DeadLetterFormat.SOURCE_PARTITION).equals("" + PARTITION))
            .toList();
    assertThat(tooLarge)
        .extracting(it -> header(it, DeadLetterFormat.SOURCE_OFFSET))
        .containsExactlyInAnyOrder("10", "22");
    assertThat(deadLetters()).hasSizeGreaterThanOrEqualTo(202);
    assertThat(worker.logText()).contains("OutOfMemoryError").doesNotContain("Thread died");
  }

  @Test
  @ResourceLock(HEAP)
  void recordsWhoseHeadersDoNotFitTheHeap_becomeDeadLettersAndTheOthersAreStored()
      throws Exception {
    // Given headers of two bytes; each header is a separate object in memory
    sendTo(PARTITION, 0, 10);
    try (Producer<byte[], byte[]> producer = bombs("zstd", 16_384)) {
      for (int i = 0; i < 60; i++) {
        producer.send(withEmptyHeaders(new byte[1], 100_000));
      }
      producer.send(withEmptyHeaders(null, 600_000));
      // Tombstones without a key, which a poll's budget does not count
      for (int i = 0; i < 250; i++) {
        producer.send(
            new ProducerRecord<>(
                name,
                PARTITION,
                null,
                null,
                null,
                List.of(new RecordHeader("h", new byte[2 * MEBIBYTE]))));
      }
    }
    sendTo(PARTITION, 10, 20);
    sendTo(0, 100, 200);

    // When
    ChildProcess worker = startProcess("-Xmx256m", "-XX:+UseSerialGC", "classic");

    // Then
    awaitStored(120);
    await()
        .atMost(LONG)
        .untilAsserted(() -> assertThat(topic.committed(group)).isEqualTo(topic.endOffsets()));
    assertThat(worker.isAlive()).as(worker.logText()).isTrue();
    assertThat(worker.logText())
        .doesNotContain("Thread died")
        .doesNotContain("a new consumer is built");
  }

  private ProducerRecord<byte[], byte[]> withEmptyHeaders(byte @Nullable [] value, int count) {
    return new ProducerRecord<>(
        name,
        PARTITION,
        null,
        null,
        value,
        Collections.nCopies(count, new RecordHeader("", (byte[]) null)));
  }

  private void sendTo(int partition, int from, int to) throws Exception {
    try (Producer<byte[], byte[]> producer = topic.producer(Map.of("linger.ms", 50))) {
      for (int n = from; n < to; n++) {
        producer.send(new ProducerRecord<>(name, partition, null, LogRecords.json(n, now)));
      }
      producer.flush();
    }
  }

  private Producer<byte[], byte[]> bombs(String compression, int batchBytes) {
    return topic.producer(
        Map.of(
            "compression.type",
            compression,
            "batch.size",
            batchBytes,
            "linger.ms",
            2_000,
            "buffer.memory",
            400L * MEBIBYTE,
            "max.request.size",
            400 * MEBIBYTE));
  }

  /** Flips a bit of the partition's second batch, below the broker. A second call repairs it. */
  private void flip(int byteOfBatch) throws IOException {
    Path segment =
        directory.resolve("broker/data/" + name + "-" + PARTITION + "/00000000000000000000.log");
    try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
      file.seek(8);
      long second = file.readInt() + BATCH_OVERHEAD;
      file.seek(second + byteOfBatch);
      int value = file.read();
      file.seek(second + byteOfBatch);
      file.write(value ^ 0x40);
    }
  }

  private static List<StoppedPartition> stopped(List<WorkerApplication> workers) {
    return workers.stream()
        .flatMap(worker -> worker.status().stopped().stream())
        .collect(Collectors.toList());
  }

  private Map<String, String> flags() {
    Map<String, String> flags = new HashMap<>();
    flags.put("--brokers", broker.bootstrapServers());
    flags.put("--topic", name);
    flags.put("--dlq-topic", name + ".dlq");
    flags.put("--group", group);
    flags.put("--mongodb-uri", TestStack.mongo());
    flags.put("--mongodb-database", databaseName);
    flags.put("--http-port", "-1");
    return flags;
  }

  private WorkerApplication start(String flag, String value) {
    Map<String, String> flags = flags();
    flags.put(flag, value);
    WorkerApplication worker =
        new WorkerApplication(WorkerSettings.CATALOGUE.resolve(flags, Map.of()).settings());
    running.add(worker);
    worker.start();
    return worker;
  }

  private ChildProcess startProcess(String heap, String collector, String protocol) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(heap, collector, "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(LogWorker.class.getName(), "--group-protocol", protocol));
    flags().forEach((flag, value) -> command.addAll(List.of(flag, value)));
    ChildProcess worker =
        ChildProcess.start("log-worker", command, Map.of(), directory.resolve(name + ".log"));
    running.add(worker);
    return worker;
  }

  private void awaitStored(int count) {
    await().atMost(LONG).untilAsserted(() -> assertThat(stored.count()).isEqualTo(count));
    assertThat(stored.requestIds()).doesNotHaveDuplicates();
  }

  private List<ConsumerRecord<byte[], byte[]>> deadLetters() {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", broker.bootstrapServers(), "max.poll.records", 5),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(name + ".dlq").stream()
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream()
          .anyMatch(it -> consumer.position(it) < Objects.requireNonNull(ends.get(it)))) {
        for (ConsumerRecord<byte[], byte[]> letter : consumer.poll(Duration.ofMillis(200))) {
          all.add(
              new ConsumerRecord<>(
                  letter.topic(),
                  letter.partition(),
                  letter.offset(),
                  letter.timestamp(),
                  letter.timestampType(),
                  letter.serializedKeySize(),
                  letter.serializedValueSize(),
                  letter.key(),
                  null,
                  letter.headers(),
                  letter.leaderEpoch()));
        }
      }
    }
    return all;
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }
}
