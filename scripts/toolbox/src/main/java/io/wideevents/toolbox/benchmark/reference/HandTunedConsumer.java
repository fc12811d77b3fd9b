package io.wideevents.toolbox.benchmark.reference;

import com.mongodb.WriteConcern;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.result.InsertManyResult;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.bson.RawBsonDocument;
import reactor.core.publisher.Mono;

/**
 * The least that a worker can do: parses each record with Jackson, writes BSON, inserts batches of
 * 500, four at a time, and commits the offsets of a batch after all batches before it are stored.
 * Validates nothing, stores a redelivered event twice, and ends on the first error.
 *
 * <p>Arguments: bootstrap servers, topic, group, URI of MongoDB, database.
 */
public final class HandTunedConsumer {
  private static final int BATCH_EVENTS = 500;
  private static final int BATCHES_IN_FLIGHT = 4;
  private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
  private static final InsertManyOptions UNORDERED = new InsertManyOptions().ordered(false);

  private final Consumer<byte[], byte[]> consumer;
  private final MongoCollection<RawBsonDocument> events;
  private final JsonDocument json = new JsonDocument();
  private final Deque<Batch> inFlight = new ArrayDeque<>();
  private List<RawBsonDocument> documents = new ArrayList<>(BATCH_EVENTS);
  private Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();

  private HandTunedConsumer(
      Consumer<byte[], byte[]> consumer, MongoCollection<RawBsonDocument> events) {
    this.consumer = consumer;
    this.events = events;
  }

  /** An insert and the offsets that may be committed after it. */
  private record Batch(
      CompletableFuture<InsertManyResult> stored, Map<TopicPartition, OffsetAndMetadata> offsets) {}

  /** Consumes until the process ends. */
  public static void main(String[] arguments) {
    try (Consumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    arguments[0],
                    "group.id",
                    arguments[2],
                    "enable.auto.commit",
                    false,
                    "auto.offset.reset",
                    "earliest",
                    "max.poll.records",
                    BATCH_EVENTS),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        MongoClient client = MongoClients.create(arguments[3])) {
      consumer.subscribe(List.of(arguments[1]));
      MongoCollection<RawBsonDocument> events =
          client
              .getDatabase(arguments[4])
              .getCollection("wide_events", RawBsonDocument.class)
              .withWriteConcern(WriteConcern.MAJORITY);
      new HandTunedConsumer(consumer, events).run();
    }
  }

  private void run() {
    while (true) {
      var records = consumer.poll(POLL_TIMEOUT);
      for (TopicPartition partition : records.partitions()) {
        List<ConsumerRecord<byte[], byte[]>> ofPartition = records.records(partition);
        for (ConsumerRecord<byte[], byte[]> record : ofPartition) {
          documents.add(json.parse(record.value()));
          if (documents.size() == BATCH_EVENTS) {
            offsets.put(partition, new OffsetAndMetadata(record.offset() + 1));
            insert();
          }
        }
        offsets.put(partition, new OffsetAndMetadata(ofPartition.getLast().offset() + 1));
      }
      if (records.isEmpty()) {
        if (!documents.isEmpty()) {
          insert();
        }
        while (!inFlight.isEmpty()) {
          commitOldest();
        }
      }
    }
  }

  private void insert() {
    if (inFlight.size() == BATCHES_IN_FLIGHT) {
      commitOldest();
    }
    inFlight.add(new Batch(Mono.from(events.insertMany(documents, UNORDERED)).toFuture(), offsets));
    documents = new ArrayList<>(BATCH_EVENTS);
    offsets = new HashMap<>();
  }

  private void commitOldest() {
    Batch oldest = inFlight.remove();
    oldest.stored().join();
    consumer.commitAsync(oldest.offsets(), null);
  }
}
