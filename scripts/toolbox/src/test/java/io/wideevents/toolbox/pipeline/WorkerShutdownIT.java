package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The worker is stopped while MongoDB does not answer. */
@Timeout(300)
class WorkerShutdownIT {
  private static final Duration BOUND = Duration.ofSeconds(60);

  private static final Pattern DOWN = Pattern.compile("MongoDB took no write");
  private static final Pattern BEGAN = Pattern.compile("Shutdown began");
  private static final int EVENTS = 2_000;

  // The tests share one mongod. Each ends with a running one and has its own database.
  private static Optional<RestartableMongoServer> own = Optional.empty();

  private final String database = TestStack.uniqueName(WorkerShutdownIT.class);
  @TempDir private Path directory;

  @BeforeAll
  static void startMongo() {
    own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "no mongod on the PATH to break");
  }

  @AfterAll
  static void closeMongo() {
    own.ifPresent(RestartableMongoServer::close);
  }

  /** A worker with pending records, and the MongoDB that does not store them. */
  private interface Scene {
    void play(WorkerProcess worker, RestartableMongoServer mongod, TestPipeline pipeline);
  }

  @Test
  void sigterm_endsWithZeroInTimeWhileMongodbIsDown() {
    withRecordsInHand(
        RestartableMongoServer::kill9,
        (worker, mongod, pipeline) -> {
          worker.process().awaitLog(DOWN, BOUND);

          assertEndsInTime(worker);

          mongod.start();
          assertNextWorkerStoresAll(pipeline);
        });
  }

  @Test
  void sigterm_endsWithZeroInTimeWhileMongodbIsFrozen() {
    // At once: the writes in flight have no answer yet, and the worker does not know that none
    // will come.
    withRecordsInHand(
        RestartableMongoServer::pause,
        (worker, mongod, pipeline) -> {
          assertEndsInTime(worker);

          mongod.resume();
          assertNextWorkerStoresAll(pipeline);
        });
  }

  @Test
  void secondSignal_endsAtOnce() {
    withRecordsInHand(
        RestartableMongoServer::pause,
        (worker, mongod, pipeline) -> {
          // While writes in flight are waited for
          worker.process().terminate();
          worker.process().awaitLog(BEGAN, BOUND);
          worker.process().terminate();

          assertThat(worker.process().awaitExit(BOUND)).isEqualTo(128 + 15);

          mongod.resume();
          assertNextWorkerStoresAll(pipeline);
        });
  }

  private void withRecordsInHand(Consumer<RestartableMongoServer> breakIt, Scene scene) {
    RestartableMongoServer mongod = own.orElseThrow();
    TestPipeline pipeline =
        TestPipeline.on(
            TestStack.kafka(), mongod.uri(), database, WorkerShutdownIT.class, directory);
    SampleTraffic traffic = new SampleTraffic(7, Instant.now());
    try (WorkerProcess worker = pipeline.startWorker("first").awaitConsuming();
        RecordProducer producer = pipeline.producer();
        StoredEvents stored = pipeline.stored()) {
      producer.send(traffic.next());
      await().atMost(BOUND).until(() -> stored.count() == 1);
      breakIt.accept(mongod);
      for (int i = 1; i < EVENTS; i++) {
        producer.send(traffic.next());
      }
      producer.flush();
      scene.play(worker, mongod, pipeline);
    }
  }

  private static void assertEndsInTime(WorkerProcess worker) {
    worker.process().terminate();
    int exitCode = worker.process().awaitExit(BOUND);
    // A worker that does not close within its limit ends with another code.
    assertThat(exitCode).as(worker.process().logTail()).isZero();
  }

  private static void assertNextWorkerStoresAll(TestPipeline pipeline) {
    try (WorkerProcess next = pipeline.startWorker("next");
        StoredEvents stored = pipeline.stored()) {
      await().atMost(BOUND).until(stored::count, count -> count == EVENTS);
      assertThat(next.process().isAlive()).isTrue();
    }
  }
}
