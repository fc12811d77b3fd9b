package io.wideevents.query.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.codec.BodyFormat;
import io.wideevents.codec.BodyResult;
import io.wideevents.codec.EncodeResult;
import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.EventEncoder;
import io.wideevents.event.EventDocument;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import io.wideevents.mongo.EventCollection;
import io.wideevents.mongo.LayoutOutcome;
import io.wideevents.mongo.MongoBatchWriter;
import io.wideevents.mongo.MongoConnection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bson.RawBsonDocument;

/** A collection of the shared MongoDB with the indexes that the pipeline creates. */
public final class StoredEvents implements AutoCloseable {
  private final MongoConnection connection;
  private final EventEncoder encoder =
      new EventEncoder(EncoderSettings.DEFAULT, InstantSource.system());

  private StoredEvents(MongoConnection connection) {
    this.connection = connection;
  }

  public static StoredEvents in(Class<?> test) {
    return at(TestStack.mongo(), TestStack.newDatabase(test));
  }

  public static StoredEvents at(String uri, String database) {
    StoredEvents events =
        new StoredEvents(
            new MongoConnection(settings(uri, database, Duration.ofSeconds(30)), "test"));
    LayoutOutcome layout =
        new EventCollection(events.connection).ensure().orTimeout(60, TimeUnit.SECONDS).join();
    assertThat(layout).isInstanceOf(LayoutOutcome.Examined.class);
    return events;
  }

  /** Settings of a store that reads this collection. */
  public MongoSettings settings(Duration timeout) {
    return settings(connection.settings().uri(), connection.settings().database(), timeout);
  }

  public MongoCollection<RawBsonDocument> collection() {
    return connection.collection().join();
  }

  /** Stores events as the gateway would. */
  public List<EventDocument> add(List<String> events) {
    byte[] body = TestEvents.utf8(TestEvents.ndjson(events));
    BodyResult read = encoder.encode(body, body.length, BodyFormat.NDJSON);
    assertThat(read).isInstanceOf(BodyResult.Events.class);
    List<EventDocument> documents =
        ((BodyResult.Events) read)
            .results().stream()
                .map(
                    result -> {
                      assertThat(result).isInstanceOf(EncodeResult.Encoded.class);
                      return ((EncodeResult.Encoded) result).event().document(Tier.KAFKA);
                    })
                .toList();
    assertThat(new MongoBatchWriter(connection).write(documents).join())
        .containsOnly(new WriteOutcome.Stored());
    return documents;
  }

  @Override
  public void close() {
    connection.close();
  }

  private static MongoSettings settings(String uri, String database, Duration timeout) {
    return new MongoSettings(
        uri,
        database,
        MongoSettings.DEFAULT_COLLECTION,
        timeout,
        timeout.compareTo(Duration.ofSeconds(10)) < 0 ? timeout : Duration.ofSeconds(10),
        10,
        Duration.ofDays(30),
        false);
  }
}
