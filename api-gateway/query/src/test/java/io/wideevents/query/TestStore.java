package io.wideevents.query;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import io.wideevents.mongo.MongoSettings;
import io.wideevents.query.store.EventStore;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import java.util.List;
import org.bson.BsonDocument;
import reactor.core.publisher.Mono;

/** A database of a test with events, and the store that reads them. */
public final class TestStore implements AutoCloseable {
  private final MongoClient client = MongoClients.create(TestStack.mongo());
  private final MongoCollection<BsonDocument> collection;
  private final EventStore store;

  public TestStore(Class<?> test) {
    MongoSettings settings =
        new MongoSettings(
            TestStack.mongo(),
            TestStack.newDatabase(test),
            MongoSettings.DEFAULT_COLLECTION,
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            4,
            Duration.ofDays(30),
            false);
    this.collection =
        client
            .getDatabase(settings.database())
            .getCollection(settings.collection(), BsonDocument.class);
    this.store = new EventStore(settings, 4);
    for (var keys :
        List.of(Indexes.ascending("timestamp"), Indexes.ascending("service", "timestamp"))) {
      Mono.from(collection.createIndex(keys, new IndexOptions())).block();
    }
  }

  public EventStore store() {
    return store;
  }

  public MongoCollection<BsonDocument> collection() {
    return collection;
  }

  /** Replaces all events. */
  public void fill(List<BsonDocument> events) {
    Mono.from(collection.deleteMany(new BsonDocument())).block();
    for (int start = 0; start < events.size(); start += 5_000) {
      int end = Math.min(events.size(), start + 5_000);
      Mono.from(collection.insertMany(events.subList(start, end))).block();
    }
  }

  @Override
  public void close() {
    store.close();
    client.close();
  }
}
