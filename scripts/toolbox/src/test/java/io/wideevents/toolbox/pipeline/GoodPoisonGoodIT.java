package io.wideevents.toolbox.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.Filters;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A thousand good events, fifty poison messages of ten kinds, a thousand good events. */
@Timeout(300)
class GoodPoisonGoodIT {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final long SEED = 11;
  private static final int OF_EACH_KIND = 5;

  private final Instant now = Instant.now();
  private final List<String> conflictIds =
      IntStream.range(0, OF_EACH_KIND).mapToObj(n -> UUID.randomUUID().toString()).toList();

  @TempDir private Path directory;

  /** A poison message, and the expected reason. */
  private record Poison(String reason, ProducerRecord<byte[], byte[]> record) {}

  @Test
  void poison_isKeptUnchangedWithItsReasonAndReplayStoresWhatCanBeStored() throws Exception {
    assumeTrue(TestStack.mongoIsServer(), "The substitute for MongoDB has no validators");
    TestPipeline pipeline = TestPipeline.shared(GoodPoisonGoodIT.class, directory);
    try (TopicView topic = pipeline.topic();
        TopicView deadLetters = pipeline.deadLetters();
        StoredEvents stored = pipeline.stored();
        RecordProducer producer = pipeline.producer();
        WorkerProcess worker = pipeline.startWorker()) {
      // Given
      stored.createWithValidator(Filters.ne("service", "forbidden"));
      worker.awaitConsuming();
      SampleTraffic traffic = new SampleTraffic(SEED, now);
      sendGood(producer, traffic, 1_000 - OF_EACH_KIND);
      conflictIds.forEach(id -> producer.send(utf8(event(id, "shop", "the first"))));
      producer.flush();
      awaitCount(stored, 1_000);

      // When
      Map<String, Poison> poison = poison(producer);
      poison.values().forEach(each -> producer.send(each.record()));
      sendGood(producer, traffic, 1_000);
      producer.flush();

      // Then
      awaitConcluded(topic, pipeline);
      assertThat(stored.count()).isEqualTo(2_000);
      List<ConsumerRecord<byte[], byte[]>> letters = deadLetters.all();
      assertThat(letters).hasSize(10 * OF_EACH_KIND);
      letters.forEach(letter -> assertKeptUnchanged(letter, poison));
      assertThat(poison).as("not found again in the dead-letter topic").isEmpty();

      // When the validator is lifted
      stored.dropValidator();
      assertThat(command(pipeline, "dlq", "replay", "--json"))
          .contains("\"replayed\":" + 10 * OF_EACH_KIND);

      // Then the events that the validator rejected are stored once, and all others are new dead
      // letters
      awaitConcluded(topic, pipeline);
      assertThat(stored.count()).isEqualTo(2_000 + OF_EACH_KIND);
      int hopeless = 9 * OF_EACH_KIND;
      assertThat(pending(pipeline)).isEqualTo(hopeless);

      // And a dead letter is replayed at most as often as the limit allows
      assertThat(command(pipeline, "dlq", "replay", "--json")).contains("\"replayed\":" + hopeless);
      awaitConcluded(topic, pipeline);
      assertThat(command(pipeline, "dlq", "replay", "--max-replays", "2", "--json"))
          .contains("\"replayed\":0", "\"skippedExhausted\":" + hopeless);
      assertThat(pending(pipeline)).isZero();
      assertThat(stored.count()).isEqualTo(2_000 + OF_EACH_KIND);
      assertThat(worker.process().isAlive()).isTrue();
    }
  }

  private static void sendGood(RecordProducer producer, SampleTraffic traffic, int count) {
    for (int i = 0; i < count; i++) {
      producer.send(traffic.next());
    }
  }

  /** Five of each of ten kinds, by the value of their header {@code poison}. */
  private Map<String, Poison> poison(RecordProducer producer) {
    Map<String, Poison> all = new HashMap<>();
    for (int n = 0; n < OF_EACH_KIND; n++) {
      byte[] whole = producer.record(utf8(event(null, "shop", "whole " + n))).value();
      byte[] badUtf8 = whole.clone();
      badUtf8[badUtf8.length / 2] = (byte) 0xff;
      List<Poison> kinds =
          List.of(
              foreign("malformed", producer, n, utf8("<event n='" + n + "'/>")),
              foreign("malformed", producer, n, Arrays.copyOf(whole, whole.length - 20 - n)),
              foreign("malformed", producer, n, badUtf8),
              foreign("empty", producer, n, null),
              foreign("empty", producer, n, new byte[0]),
              new Poison("too_large", tooLargeForMongo(producer, n)),
              new Poison(
                  "refused_by_database",
                  producer.record(utf8(event(null, "forbidden", "refused " + n)))),
              new Poison(
                  "unsupported_schema",
                  withHeader(
                      producer.record(utf8(event(null, "shop", "newer " + n))), "schema", "2")),
              new Poison(
                  "id_mismatch",
                  withHeader(
                      producer.record(utf8(event(null, "shop", "other " + n))),
                      "event-id",
                      UUID.randomUUID().toString())),
              new Poison(
                  "id_conflict",
                  producer.record(utf8(event(conflictIds.get(n), "shop", "the second")))));
      for (int kind = 0; kind < kinds.size(); kind++) {
        Poison each = kinds.get(kind);
        String name = kind + "-" + n;
        all.put(name, new Poison(each.reason(), withHeader(each.record(), "poison", name)));
      }
    }
    return all;
  }

  /** A record as another producer may send it. */
  private Poison foreign(String reason, RecordProducer producer, int n, byte[] value) {
    String topic = producer.record(utf8(event(null, "shop", "any"))).topic();
    return new Poison(reason, new ProducerRecord<>(topic, utf8("key-" + n), value));
  }

  private static ProducerRecord<byte[], byte[]> withHeader(
      ProducerRecord<byte[], byte[]> record, String name, String value) {
    record.headers().add(name, utf8(value));
    return record;
  }

  private String event(String id, String service, String text) {
    return """
    {"requestId":"r-poison","service":"%s","route":"GET /","timestamp":"%s"%s,"text":"%s"}"""
        .formatted(service, now, id == null ? "" : ",\"eventId\":\"" + id + "\"", text);
  }

  // An item has two bytes in JSON and twelve or more in BSON, so 3 MB become 20 MB. The gateway
  // would reject such an event, so the items are added to the record of a small event.
  private ProducerRecord<byte[], byte[]> tooLargeForMongo(RecordProducer producer, int n) {
    ProducerRecord<byte[], byte[]> small = producer.record(utf8(event(null, "shop", "items " + n)));
    String value = new String(small.value(), UTF_8);
    String large = value.replace("\"items " + n + "\"", "[0" + ",1".repeat(1_500_000) + "]");
    return new ProducerRecord<>(small.topic(), null, small.key(), utf8(large), small.headers());
  }

  private static void assertKeptUnchanged(
      ConsumerRecord<byte[], byte[]> letter, Map<String, Poison> left) {
    Poison poison = left.remove(header(letter, "poison"));
    assertThat(poison).as("a letter of no poison, or the second one").isNotNull();
    ProducerRecord<byte[], byte[]> sent = poison.record();
    assertThat(header(letter, "dlq-reason")).isEqualTo(poison.reason());
    assertThat(letter.key()).isEqualTo(sent.key());
    assertThat(letter.value()).isEqualTo(sent.value());
    List<Header> own = new ArrayList<>();
    letter.headers().forEach(own::add);
    own.removeIf(header -> header.key().startsWith("dlq-"));
    assertThat(own).containsExactly(sent.headers().toArray());
    assertThat(header(letter, "dlq-source-topic")).isEqualTo(sent.topic());
    assertThat(header(letter, "dlq-error")).isNotBlank();
  }

  private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
    return new String(record.headers().lastHeader(name).value(), UTF_8);
  }

  private static long pending(TestPipeline pipeline) {
    return command(pipeline, "dlq", "list", "--json")
        .lines()
        .filter(line -> line.startsWith("{\"position\""))
        .count();
  }

  private static String command(TestPipeline pipeline, String... arguments) {
    try (ChildProcess process = pipeline.command(arguments)) {
      assertThat(process.awaitExit(BOUND)).as(process.logTail()).isZero();
      return process.logText();
    }
  }

  private static void awaitCount(StoredEvents stored, long count) {
    await().atMost(BOUND).until(stored::count, found -> found == count);
  }

  private static void awaitConcluded(TopicView topic, TestPipeline pipeline) {
    await()
        .atMost(BOUND)
        .untilAsserted(() -> assertThat(topic.committed(pipeline.group())).isEqualTo(topic.ends()));
  }

  private static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
