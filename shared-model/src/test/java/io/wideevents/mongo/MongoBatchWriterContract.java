package io.wideevents.mongo;

import io.wideevents.event.EventId;
import io.wideevents.stack.TestStack;
import java.time.Duration;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import reactor.core.publisher.Mono;

/** The contract over a server: {@code mongod} or its stand-in. */
abstract class MongoBatchWriterContract extends BatchWriterContract {
  /** No server listens there: port 1 needs privileges that a test does not have. */
  private static final String NOWHERE = "mongodb://127.0.0.1:1";

  private MongoConnection connection;
  private MongoConnection nowhere;
  private boolean down;

  abstract String uri();

  @BeforeEach
  final void connect() {
    String database = TestStack.newDatabase(getClass());
    connection = new MongoConnection(settings(uri(), database, Duration.ofSeconds(30)), "test");
    nowhere = new MongoConnection(settings(NOWHERE, database, Duration.ofMillis(200)), "test");
  }

  @AfterEach
  final void close() {
    connection.close();
    nowhere.close();
  }

  @Override
  final BatchWriter writer() {
    return new MongoBatchWriter(down ? nowhere : connection);
  }

  @Override
  final @Nullable BsonDocument stored(EventId id) {
    BsonDocument byId = new BsonDocument("_id", new BsonBinary(id.value()));
    return Mono.from(connection.collection().join().find(byId).first()).block();
  }

  @Override
  final void goDown() {
    down = true;
  }

  @Override
  final void comeBack() {
    down = false;
  }

  final MongoConnection connection() {
    return connection;
  }

  static MongoSettings settings(String uri, String database, Duration timeout) {
    return new MongoSettings(
        uri, database, "wide_events", timeout, timeout, 4, Duration.ofDays(30), false);
  }
}
