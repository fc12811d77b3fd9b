package io.wideevents.query.trace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.config.TopicLayout;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventId;
import io.wideevents.event.WireFormat;
import io.wideevents.kafka.ClientProperties;
import io.wideevents.kafka.DeadLetterOrigin;
import io.wideevents.kafka.DeadLetterRecord;
import io.wideevents.kafka.DeadLetterSource;
import io.wideevents.kafka.KafkaAccess;
import io.wideevents.kafka.TopicCreator;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.TraceResult.Place;
import io.wideevents.query.trace.TraceResult.State;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.bson.BsonBinary;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** Where events are, with a real broker and a real MongoDB, and without a worker. */
class EventTraceIT {
  private static final Instant TIME = Instant.parse("2026-11-30T12:00:00Z");
  private static final int PARTITIONS = 6;
  private static final String NO_SERVER = "127.0.0.1:1";

  private final String name = TestStack.uniqueName(EventTraceIT.class);
  private final KafkaAccess access = new KafkaAccess(TestStack.kafka(), "test", Map.of());
  private final TopicSettings topics = new TopicSettings(access, name, name + ".dlq", name + "-g");
  private final MongoSettings mongo = mongo();
  private final EventStore store = new EventStore(mongo, 2);
  private final Map<EventId, Instant> spooled = new HashMap<>();
  private final Admin admin = Admin.create(ClientProperties.common(access));
  private final Producer<byte[], byte[]> producer = producer();
  private final EventTrace trace = trace(topics);

  private static MongoSettings mongo() {
    return new MongoSettings(
        TestStack.mongo(),
        TestStack.newDatabase(EventTraceIT.class),
        "wide_events",
        Duration.ofSeconds(10),
        Duration.ofSeconds(2),
        4,
        Duration.ofDays(30),
        false);
  }

  private Producer<byte[], byte[]> producer() {
    return new KafkaProducer<>(
        ClientProperties.common(access), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private EventTrace trace(TopicSettings settings) {
    return new EventTrace(
        store,
        id -> new SpoolSearch.Found(Optional.ofNullable(spooled.get(id)), true),
        Optional.of(settings));
  }

  @BeforeEach
  void createTopics() {
    for (String topic : List.of(topics.events(), topics.deadLetters())) {
      TopicLayout layout =
          new TopicLayout(
              topic,
              PARTITIONS,
              TopicLayout.BROKER_DEFAULT,
              OptionalInt.empty(),
              Optional.empty(),
              TopicLayout.KAFKA_DEFAULT_MAX_MESSAGE_BYTES);
      var unused = TopicCreator.of(layout).createWhenAbsent(admin);
    }
  }

  @AfterEach
  void close() {
    store.close();
    producer.close(Duration.ofSeconds(1));
    admin.close(Duration.ofSeconds(1));
  }

  @Test
  void find_tellsWhereEachEventIs() throws Exception {
    EventId stored = id(1);
    EventId pending = id(2);
    EventId byOtherProducer = id(3);
    EventId deadLettered = id(4);
    EventId inSpool = id(5);
    EventId unknown = id(6);
    store(stored);
    RecordMetadata at = send(event(pending, "request-2"));
    // Not in the partition of the pending event, whose records are counted below.
    send(
        new ProducerRecord<>(
            name,
            (at.partition() + 1) % PARTITIONS,
            null,
            "{\"eventId\":\"%s\"}".formatted(byOtherProducer).getBytes(UTF_8)));
    send(deadLetter(deadLettered));
    spooled.put(inSpool, TIME);

    TraceResult keyed = find(pending, Optional.of("request-2"));

    assertThat(keyed.state()).isEqualTo(State.PENDING);
    assertThat(keyed.pending().orElseThrow().partition()).hasValue(at.partition());
    assertThat(keyed.pending().orElseThrow().records()).as("only the key's partition").isEqualTo(1);
    assertThat(find(pending).state()).isEqualTo(State.PENDING);
    assertThat(find(pending, Optional.of("another")).state()).isEqualTo(State.PENDING);
    assertThat(find(byOtherProducer).state()).isEqualTo(State.PENDING);
    assertThat(find(inSpool).state()).isEqualTo(State.SPOOLED);
    assertThat(find(unknown).state()).isEqualTo(State.UNKNOWN);
    assertThat(find(unknown).unchecked()).isEmpty();
    assertThat(find(stored).state()).isEqualTo(State.STORED);
    assertThat(find(stored).stored().orElseThrow().receivedAt()).contains(TIME);
    assertThat(find(stored).stored().orElseThrow().tier()).contains("kafka");
    TraceResult letter = find(deadLettered);
    assertThat(letter.state()).isEqualTo(State.DEAD_LETTERED);
    assertThat(letter.deadLetter().orElseThrow().reason()).isEqualTo("expired");
    assertThat(letter.deadLetter().orElseThrow().code()).contains("timestamp_expired");
  }

  @Test
  void find_searchesOnlyWhatTheGroupHasNotCommitted() throws Exception {
    RecordMetadata first = send(event(id(1), "request"));
    RecordMetadata second = send(event(id(2), "request"));
    TopicPartition partition = new TopicPartition(name, first.partition());
    admin
        .alterConsumerGroupOffsets(
            topics.group(), Map.of(partition, new OffsetAndMetadata(second.offset())))
        .all()
        .get();

    TraceResult committed = find(id(1), Optional.of("request"));
    TraceResult pending = find(id(2), Optional.of("request"));

    assertThat(committed.state()).isEqualTo(State.UNKNOWN);
    assertThat(pending.state()).isEqualTo(State.PENDING);
    assertThat(pending.pending().orElseThrow().lag()).isEqualTo(1);
    assertThat(pending.pending().orElseThrow().ahead()).isEqualTo(OptionalLong.of(0));
  }

  @Test
  void find_withoutKafka_answersWithinSecondsFromTheOtherPlaces() throws Exception {
    KafkaAccess nowhere = new KafkaAccess(NO_SERVER, "test", Map.of());
    EventTrace withoutKafka =
        trace(new TopicSettings(nowhere, name, name + ".dlq", topics.group()));
    store(id(1));
    spooled.put(id(2), TIME);
    long begin = System.nanoTime();

    TraceResult stored = withoutKafka.find(id(1), Optional.empty());
    TraceResult spooledOne = withoutKafka.find(id(2), Optional.empty());

    assertThat(stored.state()).isEqualTo(State.STORED);
    assertThat(spooledOne.state()).isEqualTo(State.SPOOLED);
    assertThat(spooledOne.unchecked())
        .extracting(TraceResult.Unchecked::place)
        .containsExactly(Place.KAFKA, Place.DEAD_LETTERS);
    // Kafka's own limit for a call is a minute. A find without a limit takes two such calls.
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(40));
  }

  @Test
  void panel_showsLagAndDeadLetters() throws Exception {
    send(event(id(1), "request-1"));
    send(event(id(2), "request-2"));
    send(deadLetter(id(3)));
    PipelinePanel panel =
        new PipelinePanel(
            () -> new GatewayState(List.of(), new GatewayState.Spool(0, 0, Optional.empty())),
            Optional.of(topics));

    PipelinePanel.Kafka kafka = await().until(panel::kafka, each -> each.reason().isEmpty());

    assertThat(kafka.lag().orElseThrow().total()).isEqualTo(2);
    assertThat(kafka.lag().orElseThrow().partitions()).hasSize(PARTITIONS);
    assertThat(kafka.deadLetters()).hasValue(1);
  }

  private TraceResult find(EventId id) {
    return find(id, Optional.empty());
  }

  /** Asks again if a place did not answer in time, as a user would on a loaded machine. */
  private TraceResult find(EventId id, Optional<String> requestId) {
    return await()
        .until(
            () -> trace.find(id, requestId),
            result ->
                result.unchecked().isEmpty()
                    && result.pending().map(TraceResult.Pending::complete).orElse(true));
  }

  private static EventId id(int number) {
    return new EventId(new UUID(0x4000L, number));
  }

  private void store(EventId id) {
    BsonDocument event =
        new BsonDocument("_id", new BsonBinary(id.value()))
            .append("timestamp", new BsonDateTime(TIME.toEpochMilli()))
            .append(
                "_ingest",
                new BsonDocument("receivedAt", new BsonDateTime(TIME.toEpochMilli()))
                    .append("tier", new BsonString("kafka")));
    try (MongoConnection connection = new MongoConnection(mongo, "test")) {
      Mono.fromFuture(connection::collection)
          .flatMap(
              collection ->
                  Mono.from(
                      collection.insertOne(new RawBsonDocument(event, new BsonDocumentCodec()))))
          .block(Duration.ofSeconds(20));
    }
  }

  private ProducerRecord<byte[], byte[]> event(EventId id, String requestId) {
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(name, requestId.getBytes(UTF_8), "{}".getBytes(UTF_8));
    record.headers().add(WireFormat.EVENT_ID_HEADER, id.toString().getBytes(UTF_8));
    return record;
  }

  private ProducerRecord<byte[], byte[]> deadLetter(EventId id) {
    ProducerRecord<byte[], byte[]> original = event(id, "request");
    DeadLetterSource source =
        new DeadLetterSource(
            original,
            original.key().length,
            original.value().length,
            new DeadLetterOrigin.Topic(name, 0, 17),
            TIME.toEpochMilli(),
            DeadLetterReason.EXPIRED,
            "timestamp_expired timestamp (1:75): timestamp is before 2026-10-31",
            0);
    return DeadLetterRecord.of(source, topics.deadLetters(), DeadLetterRecord.Size.WHOLE).record();
  }

  private RecordMetadata send(ProducerRecord<byte[], byte[]> record) throws Exception {
    return producer.send(record).get(30, TimeUnit.SECONDS);
  }
}
