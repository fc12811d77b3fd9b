package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.mongodb.client.model.Filters;
import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spooled events that MongoDB rejects go to the dead-letter topic, and are replayed from there. */
@Timeout(300)
class GatewayDeadLettersIT {
  private static final Duration BOUND = Duration.ofSeconds(120);

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
      // Given a validator, and events that were spooled while both servers were down
      try (StoredEvents collection = pipeline.stored()) {
        collection.createWithValidator(Filters.ne("requestId", "forbidden-0"));
      }
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

        // Then the rejected event is a dead letter that the worker's commands read
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
        stored.dropValidator();
        assertThat(worker(pipeline, "dlq", "replay")).contains("Replayed 1 dead letters");
        try (WorkerProcess worker = pipeline.startWorker()) {
          StoredIds.awaitAll(stored, posters.acknowledged(), BOUND);
          assertThat(stored.count()).isEqualTo(4);
          assertThat(worker.process().isAlive()).isTrue();
        }
      }
    }
  }

  /** Runs a command of the worker and returns its output. */
  private static String worker(TestPipeline pipeline, String... arguments) {
    try (ChildProcess process = pipeline.command(arguments)) {
      process.awaitExit(BOUND);
      return process.logText();
    }
  }
}
