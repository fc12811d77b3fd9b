package io.wideevents.mongo;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import io.wideevents.event.EventDocument;
import io.wideevents.event.StubEvent;
import io.wideevents.stack.MongoServer;
import io.wideevents.stack.MongodSettings;
import java.util.List;
import java.util.Map;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import reactor.core.publisher.Mono;

/** The contract over the in-memory stand-in for MongoDB that the demo may run on. */
class MongoBatchWriterStandInTest extends MongoBatchWriterContract {
  private static MongoServer server;

  @BeforeAll
  static void start() {
    // Neither a given server nor a program to be found.
    server = MongoServer.start(Map.of(), MongodSettings.DEFAULT);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Override
  String uri() {
    return server.uri();
  }

  @Override
  EventDocument refusedDocument() throws Exception {
    // It knows no validators, but it does know unique indexes.
    Mono.from(
            connection()
                .collection()
                .join()
                .createIndex(
                    Indexes.ascending("place"), new IndexOptions().unique(true).sparse(true)))
        .block();
    write(List.of(placed("first")));
    return placed("second");
  }

  private static EventDocument placed(String text) {
    return with(
        StubEvent.of("checkout", text).document(),
        new BsonDocument("place", new BsonString("taken")));
  }
}
