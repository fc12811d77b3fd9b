package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encode;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** That the server takes whatever the codec makes, and gives it back to the last byte. */
class StoredEventIT {
  private static final int EVENTS = 1_000;

  private final MongoConnection connection =
      new MongoConnection(
          new MongoSettings(
              TestStack.mongo(),
              TestStack.newDatabase(StoredEventIT.class),
              MongoSettings.DEFAULT_COLLECTION,
              Duration.ofSeconds(30),
              Duration.ofSeconds(30),
              4,
              Duration.ofDays(30),
              false),
          "test");

  @AfterEach
  void close() {
    connection.close();
  }

  @Test
  void write_storesEveryEventAsItWasEncoded() {
    // Dots, dollars, empty names, control characters, every kind of number: as the dice have it.
    List<EventDocument> documents =
        IntStream.range(0, EVENTS)
            .mapToObj(seed -> encode(new RandomEvent(seed).json()).document(Tier.MONGODB))
            .toList();

    List<WriteOutcome> outcomes = new MongoBatchWriter(connection).write(documents).join();

    assertThat(outcomes).hasSize(EVENTS).containsOnly(new WriteOutcome.Stored());
    Map<BsonValue, RawBsonDocument> stored = stored();
    assertThat(stored).hasSize(EVENTS);
    for (EventDocument document : documents) {
      assertThat(bytes(stored.get(document.bson().get("_id")))).isEqualTo(bytes(document.bson()));
    }
  }

  private Map<BsonValue, RawBsonDocument> stored() {
    Map<BsonValue, RawBsonDocument> stored = new HashMap<>();
    Flux.from(connection.collection().join().find(new BsonDocument()))
        .doOnNext(document -> stored.put(document.get("_id"), document))
        .blockLast();
    return stored;
  }

  private static byte[] bytes(RawBsonDocument document) {
    byte[] bytes = new byte[document.getByteBuffer().remaining()];
    document.getByteBuffer().get(bytes);
    return bytes;
  }
}
