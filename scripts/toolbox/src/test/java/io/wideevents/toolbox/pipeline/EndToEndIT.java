package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.stack.BrokerSettings;
import io.wideevents.stack.FreePort;
import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.MongoServer;
import io.wideevents.stack.MongodSettings;
import io.wideevents.toolbox.load.Tally;
import io.wideevents.toolbox.sample.SampleSender;
import io.wideevents.toolbox.sample.SampleTraffic;
import io.wideevents.toolbox.sample.SendSettings;
import io.wideevents.toolbox.terminal.Progress;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Tests the promise with both processes, a real broker and the available MongoDB. */
@Timeout(300)
class EndToEndIT {
  private static final Duration BOUND = Duration.ofSeconds(120);
  private static final long SEED = 42;

  private final Instant start = Instant.now();

  @TempDir private Path directory;

  @Test
  void events_areStoredOnceAndReadBackEqualFieldByFieldAlsoWhenSentTwice() throws Exception {
    int count = 10_000;
    int twice = 2_000;
    TestPipeline pipeline = TestPipeline.shared(EndToEndIT.class, directory);
    try (GatewayProcess gateway = pipeline.startGateway();
        WorkerProcess worker = pipeline.startWorker();
        StoredEvents stored = pipeline.stored()) {
      // Given
      gateway.awaitListening();
      worker.awaitConsuming();
      // When
      Tally tally = send(gateway.url(), count, SendSettings.DEFAULT);
      // Then
      assertThat(tally.accepted()).as(tally.summary()).isEqualTo(count);
      awaitCount(stored, count);
      StoredSamples.assertEachStoredOnce(stored, new SampleTraffic(SEED, start), count);
      // When
      Tally again = send(gateway.url(), twice, SendSettings.DEFAULT);
      Tally another =
          SampleSender.send(
              gateway.url(), new SampleTraffic(SEED + 1, start), 1, SendSettings.DEFAULT, quiet(1));
      // Then: the one event behind them shows that the worker has read the second copies
      assertThat(again.accepted()).isEqualTo(twice);
      assertThat(another.accepted()).isEqualTo(1);
      awaitCount(stored, count + 1L);
      worker.process().terminate();
      assertThat(worker.process().awaitExit(BOUND)).isZero();
      assertThat(stored.count()).isEqualTo(count + 1L);
    }
  }

  @Test
  void worker_thatIsStoppedInTheMiddleLeavesNothingOut() throws Exception {
    int count = 20_000;
    // Small batches: otherwise the worker might have stored everything before the signal.
    TestPipeline pipeline =
        TestPipeline.shared(EndToEndIT.class, directory).with("MQ_BATCH_SIZE", "50");
    try (GatewayProcess gateway = pipeline.startGateway();
        WorkerProcess first = pipeline.startWorker();
        StoredEvents stored = pipeline.stored();
        ExecutorService background = Executors.newSingleThreadExecutor()) {
      // Given
      gateway.awaitListening();
      first.awaitConsuming();
      Future<Tally> sending =
          background.submit(
              () -> send(gateway.url(), count, SendSettings.DEFAULT.withEventsPerSecond(4_000)));
      await().atMost(BOUND).until(() -> stored.count() > 1_000);

      // When
      first.process().terminate();

      // Then
      assertThat(first.process().awaitExit(BOUND)).isZero();
      assertThat(stored.count()).isLessThan(count);
      assertThat(sending.get().accepted()).isEqualTo(count);
      try (WorkerProcess second = pipeline.startWorker()) {
        awaitCount(stored, count);
        assertThat(second.process().isAlive()).isTrue();
      }
    }
  }

  @Test
  void processes_thatAreStartedFirstBeginToWorkWhenKafkaAndMongodbCome() throws Exception {
    int count = 500;
    int mongodbPort = FreePort.find();
    try (KafkaBroker broker = KafkaBroker.create(BrokerSettings.DEFAULT)) {
      TestPipeline pipeline =
          TestPipeline.on(
              broker.bootstrapServers(),
              "mongodb://127.0.0.1:" + mongodbPort,
              "late",
              EndToEndIT.class,
              directory);
      try (GatewayProcess gateway = pipeline.startGateway();
          WorkerProcess worker = pipeline.startWorker();
          StoredEvents stored = pipeline.stored()) {
        // Given
        gateway.awaitListening();

        // When
        broker.start();
        try (MongoServer mongo =
            MongoServer.startOwn(System.getenv(), new MongodSettings(null, mongodbPort))) {
          // Then
          assertThat(mongo.uri()).contains(Integer.toString(mongodbPort));
          Tally tally = send(gateway.url(), count, SendSettings.DEFAULT);
          assertThat(tally.accepted()).as(tally.summary()).isEqualTo(count);
          awaitCount(stored, count);
          assertThat(worker.process().isAlive()).isTrue();
        }
      }
    }
  }

  private Tally send(URI gateway, int count, SendSettings settings) throws InterruptedException {
    return SampleSender.send(
        gateway, new SampleTraffic(SEED, start), count, settings, quiet(count));
  }

  private static void awaitCount(StoredEvents stored, long count) {
    await().atMost(BOUND).until(stored::count, found -> found >= count);
    assertThat(stored.count()).isEqualTo(count);
  }

  private static Progress quiet(long total) {
    return new Progress(new PrintWriter(Writer.nullWriter()), false, "", total);
  }
}
