package io.wideevents.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.event.Tier;
import io.wideevents.logging.Ending;
import io.wideevents.logging.LoggingService;
import io.wideevents.stack.FreePort;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class WideEventsIT {
  private final String database = TestStack.newDatabase(getClass());

  @TempDir private Path directory;

  @Test
  void events_reachMongoDbDirectlyWithoutKafka() throws Exception {
    try (WideEvents events = start(TestStack.mongo(), WideEvents.Wait.NOT_AT_ALL)) {
      complete(events.logging(), 200);

      await().atMost(Duration.ofSeconds(60)).until(() -> stored() == 200);
      assertThat(events.logging().stats().droppedTotal()).isZero();
    }
  }

  @Test
  void events_areInTheSpoolWhileNothingIsThereAndInMongoDbAfterwards() throws Exception {
    String nowhere = "mongodb://127.0.0.1:" + FreePort.find();
    try (WideEvents events = start(nowhere, WideEvents.Wait.NOT_AT_ALL)) {
      complete(events.logging(), 50);

      await().atMost(Duration.ofSeconds(60)).until(() -> events.logging().stats().inFlight() == 0);
      assertThat(events.logging().stats().durable()).containsEntry(Tier.SPOOL, 50L);
    }
    try (WideEvents events = start(TestStack.mongo(), WideEvents.Wait.NOT_AT_ALL)) {
      await().atMost(Duration.ofSeconds(60)).until(() -> stored() == 50);
      assertThat(events.logging().stats().finalized()).isZero();
    }
  }

  @Test
  void journal_hasEachEventOnDiskBeforeItsRequestEnds() throws Exception {
    try (WideEvents events = start(TestStack.mongo(), WideEvents.Wait.FOR_THE_JOURNAL)) {
      complete(events.logging(), 20);

      assertThat(events.logging().stats().durable()).containsEntry(Tier.SPOOL, 20L);
      await().atMost(Duration.ofSeconds(60)).until(() -> stored() == 20);
    }
  }

  @Test
  void retention_isNotTouchedByTheLibrary() throws Exception {
    try (WideEvents events = start(TestStack.mongo(), WideEvents.Wait.FOR_THE_JOURNAL)) {
      complete(events.logging(), 1);

      await().atMost(Duration.ofSeconds(60)).until(() -> indexes().size() >= 4);
      assertThat(indexes()).noneMatch(index -> index.containsKey("expireAfterSeconds"));
    }
  }

  private List<Document> indexes() {
    try (MongoClient client = MongoClients.create(TestStack.mongo())) {
      return Flux.from(client.getDatabase(database).getCollection("wide_events").listIndexes())
          .collectList()
          .blockOptional(Duration.ofSeconds(30))
          .orElse(List.of());
    }
  }

  private WideEvents start(String mongoUri, WideEvents.Wait wait) {
    return WideEvents.start(
        "shop",
        Map.of(
            "MQ_ENABLED",
            "false",
            "MONGODB_URI",
            mongoUri,
            "MONGODB_DATABASE",
            database,
            "MONGODB_SERVER_SELECTION_TIMEOUT",
            "300ms",
            // The service's own, which must not disturb.
            "HTTP_HOST",
            "0.0.0.0",
            "SPOOL_DIR",
            directory.toString()),
        wait);
  }

  private static void complete(LoggingService logging, int requests) {
    for (int i = 0; i < requests; i++) {
      logging.complete(
          logging.begin("req-" + i, null).route("GET /cart").set("n", i), Ending.ANSWERED);
    }
  }

  private long stored() {
    try (MongoClient client = MongoClients.create(TestStack.mongo())) {
      return Mono.from(
              client
                  .getDatabase(database)
                  .getCollection("wide_events")
                  .countDocuments(new Document()))
          .blockOptional(Duration.ofSeconds(30))
          .orElse(0L);
    }
  }
}
