package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.ValidationOptions;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/** What MongoDB refuses of the spool goes to the dead-letter topic, and comes back from there. */
@Timeout(300)
class GatewayDeadLettersIT {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final ProjectHome HOME = ProjectHome.find();

  private final AtomicInteger commands = new AtomicInteger();

  @TempDir private Path directory;

  @Test
  void refusedEventOfTheSpool_isStoredOnceByAReplayAfterTheFix() throws Exception {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "there is no mongod to stop");
    String database = TestStack.uniqueName(GatewayDeadLettersIT.class);
    try (RestartableMongoServer mongod = own.get();
        KafkaBroker broker = KafkaBroker.create(BrokerSettings.DEFAULT)) {
      TestPipeline pipeline =
          TestPipeline.on(
              broker.bootstrapServers(),
              mongod.uri(),
              database,
              GatewayDeadLettersIT.class,
              directory);
      // Given a validator, and events that were spooled while nothing was there
      createValidator(mongod.uri(), database);
      mongod.kill9();
      try (GatewayProcess gateway = pipeline.startGateway().awaitListening();
          Posters posters = new Posters(gateway.url());
          StoredEvents stored = pipeline.stored()) {
        assertThat(posters.post("good", 3, 100)).isEqualTo(202);
        assertThat(posters.post("forbidden", 1, 100)).isEqualTo(202);

        // When MongoDB is back, and Kafka only later
        mongod.start();
        await().atMost(BOUND).until(() -> stored.count() == 3);
        broker.start();

        // Then the one that was refused is a letter that the worker's commands read
        await()
            .atMost(BOUND)
            .untilAsserted(
                () ->
                    assertThat(worker(pipeline, "dlq", "list", "--json"))
                        .contains("\"reason\":\"refused_by_database\"")
                        .contains("\"source\":\"spool\"")
                        .contains("\"attempts\":1"));
        String list = worker(pipeline, "dlq", "list", "--json");
        String position = list.replaceAll("(?s).*\"position\":\"(\\d+:\\d+)\".*", "$1");
        assertThat(worker(pipeline, "dlq", "show", position))
            .contains("forbidden-0", "dlq-origin: spool");

        // And a replay stores it once, after the fix
        dropValidator(mongod.uri(), database);
        assertThat(worker(pipeline, "dlq", "replay")).contains("Replayed 1 dead letters");
        try (WorkerProcess worker = pipeline.startWorker()) {
          StoredIds.awaitAll(stored, posters.acknowledged(), BOUND);
          assertThat(stored.count()).isEqualTo(4);
          assertThat(worker.process().isAlive()).isTrue();
        }
      }
    }
  }

  /** Runs a command of the worker; its output. */
  private String worker(TestPipeline pipeline, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(HOME.launcher("log-worker").toString()));
    command.addAll(List.of(arguments));
    Path log = directory.resolve("command-" + commands.incrementAndGet() + ".log");
    try (ChildProcess process =
        ChildProcess.start("log-worker", command, pipeline.settings(), log)) {
      process.awaitExit(BOUND);
    }
    return Files.readString(log);
  }

  private static void createValidator(String uri, String database) {
    inDatabase(
        uri,
        client ->
            client
                .getDatabase(database)
                .createCollection(
                    "wide_events",
                    new CreateCollectionOptions()
                        .validationOptions(
                            new ValidationOptions()
                                .validator(Filters.ne("requestId", "forbidden-0")))));
  }

  private static void dropValidator(String uri, String database) {
    inDatabase(
        uri,
        client ->
            client
                .getDatabase(database)
                .runCommand(BsonDocument.parse("{collMod: 'wide_events', validator: {}}")));
  }

  private static void inDatabase(String uri, Function<MongoClient, Publisher<?>> action) {
    try (MongoClient client = MongoClients.create(uri)) {
      Mono.from(action.apply(client)).block(BOUND);
    }
  }
}
