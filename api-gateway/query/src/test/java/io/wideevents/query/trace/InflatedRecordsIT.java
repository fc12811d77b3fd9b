package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.KafkaAccess;
import io.wideevents.query.SmallHeap;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records of another producer that inflate beyond the heap of the gateway. */
class InflatedRecordsIT {
  private static final EventId ID = EventId.parse("0193719d-6c00-4a77-b9ff-000000000001");
  private static final int MEBIBYTE = 1024 * 1024;
  private static final Duration BOUND = Duration.ofSeconds(60);

  private final String name = TestStack.uniqueName(InflatedRecordsIT.class);
  private final KafkaAccess access = new KafkaAccess(TestStack.kafka(), "test", Map.of());

  @TempDir private Path directory;

  /** Searches for the event in a JVM of its own, which ends when memory runs out. */
  public static final class Search {
    public static void main(String[] arguments) {
      String topic = arguments[1];
      KafkaEventTopics topics =
          new KafkaEventTopics(
              new TopicSettings(
                  new KafkaAccess(arguments[0], "test", Map.of()), topic, topic, "no-group"));
      System.out.println("pending " + topics.pending(ID, Optional.empty()).isFound());
      System.out.println("dead letter " + topics.deadLetters(ID).found().isPresent());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "gzip"})
  void search_passesRecordsThatInflateBeyondTheHeap(String compression) throws Exception {
    // Given two batches of 200 MiB in front of the event
    create();
    try (Producer<byte[], byte[]> producer = producer(compression)) {
      for (int i = 0; i < 2; i++) {
        producer.send(new ProducerRecord<>(name, new byte[200 * MEBIBYTE])).get();
      }
      ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(name, "{}".getBytes(UTF_8));
      event.headers().add(WireFormat.EVENT_ID_HEADER, ID.toString().getBytes(UTF_8));
      producer.send(event).get();
    }

    // When
    try (ChildProcess search = search()) {
      int exitCode = search.awaitExit(BOUND);

      // Then
      assertThat(search.logText()).contains("pending true", "dead letter true");
      assertThat(exitCode).isZero();
    }
  }

  @Test
  void search_findsAnEventOfTheLargestSize() throws Exception {
    create();
    byte[] text = new byte[900 * 1024];
    Arrays.fill(text, (byte) 'x');
    String value = "{\"text\":\"%s\",\"eventId\":\"%s\"}".formatted(new String(text, UTF_8), ID);
    try (Producer<byte[], byte[]> producer = producer("none")) {
      producer.send(new ProducerRecord<>(name, value.getBytes(UTF_8))).get();
    }

    try (ChildProcess search = search()) {
      search.awaitExit(BOUND);

      assertThat(search.logText()).contains("pending true");
    }
  }

  private void create() throws Exception {
    try (Admin admin = Admin.create(ClientProperties.common(access))) {
      admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
    }
  }

  private Producer<byte[], byte[]> producer(String compression) {
    Map<String, Object> properties = ClientProperties.common(access);
    properties.put("compression.type", compression);
    properties.put("max.request.size", 300 * MEBIBYTE);
    properties.put("buffer.memory", 300L * MEBIBYTE);
    return new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private ChildProcess search() {
    return SmallHeap.start(Search.class, directory.resolve("search.log"), access.brokers(), name);
  }
}
