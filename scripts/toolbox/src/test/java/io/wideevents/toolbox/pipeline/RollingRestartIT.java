package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.KafkaBroker;
import io.wideevents.stack.RestartableMongoServer;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.load.Schedule;
import io.wideevents.toolbox.sample.SampleTraffic;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tests the worker's promise while processes fail, with three workers and a steady stream of
 * events: a rolling restart, then crashes of workers, of MongoDB and of the broker. Every event is
 * stored once, with its payload, and no record stays unread.
 *
 * <p>The seed ({@code -Dwideevents.seed}) selects the events, the order of the faults, the affected
 * workers, and the number of stored events before each fault. {@code -Dwideevents.crashes} and
 * {@code -Dwideevents.events} make the test longer.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RollingRestartIT {
  private static final Logger LOG = LoggerFactory.getLogger(RollingRestartIT.class);
  private static final long SEED = Long.getLong("wideevents.seed", 5);
  private static final int EVENTS = Integer.getInteger("wideevents.events", 24_000);
  private static final int PARTITIONS = 6;
  private static final int WORKERS = 3;
  // Crashes of each kind; workers crash twice as often.
  private static final int CRASHES = Integer.getInteger("wideevents.crashes", 1);

  // Fast enough that records are in flight all the time, and slow enough to last until the last
  // fault.
  private static final int EVENTS_PER_SECOND = 2_500;

  private static final Duration BOUND = Duration.ofMinutes(3);

  private final Random random = new Random(SEED);
  private final Instant start = Instant.now();
  private final Semaphore allowance = new Semaphore(0);
  private final List<WorkerProcess> workers = new ArrayList<>();

  @TempDir private Path directory;

  /** A fault, and the action that ends it. */
  private interface Fault {
    void happen();
  }

  @Test
  void everyEventIsStoredOnceThroughARollingRestartAndCrashesOfEverything() throws Exception {
    Optional<RestartableMongoServer> own = TestStack.startOwnMongo();
    assumeTrue(own.isPresent(), "no mongod on the PATH to kill");
    try (RestartableMongoServer mongod = own.orElseThrow();
        KafkaBroker broker = KafkaBroker.startOwn()) {
      TestPipeline pipeline = pipeline(broker, mongod);
      try (TopicView topic = pipeline.topic();
          TopicView deadLetters = pipeline.deadLetters();
          StoredEvents stored = pipeline.stored();
          ExecutorService background = Executors.newSingleThreadExecutor()) {
        // Given
        topic.create(PARTITIONS);
        for (int i = 0; i < WORKERS; i++) {
          workers.add(pipeline.startWorker("worker-" + i));
        }
        workers.forEach(WorkerProcess::awaitConsuming);

        // When
        Future<?> sending = background.submit(() -> sendAll(pipeline));
        List<Fault> faults = faults(pipeline, mongod, broker);
        int slice = EVENTS / (faults.size() + 1);
        for (int i = 0; i < faults.size(); i++) {
          // The stream stays one slice ahead of the faults at most, so that each fault occurs while
          // workers have pending records.
          allowance.release(slice);
          awaitStored(stored, i * slice + slice / 4 + random.nextInt(slice / 2));
          faults.get(i).happen();
        }
        allowance.release(EVENTS);
        sending.get();

        // Then
        awaitStored(stored, EVENTS);
        await()
            .atMost(BOUND)
            .untilAsserted(
                () -> assertThat(topic.committed(pipeline.group())).isEqualTo(topic.ends()));
        assertThat(topic.total()).isGreaterThanOrEqualTo(EVENTS);
        assertThat(deadLetters.total()).isZero();
        StoredSamples.assertEachStoredOnce(stored, new SampleTraffic(SEED, start), EVENTS);
        workers.forEach(worker -> worker.process().terminate());
        for (WorkerProcess worker : workers) {
          assertThat(worker.process().awaitExit(BOUND)).isZero();
        }
        assertThat(stored.count()).isEqualTo(EVENTS);
      } finally {
        workers.forEach(WorkerProcess::close);
      }
    }
  }

  private TestPipeline pipeline(KafkaBroker broker, RestartableMongoServer mongod) {
    return TestPipeline.on(
            broker.bootstrapServers(), mongod.uri(), "rolling", RollingRestartIT.class, directory)
        // With a collector in JAVA_OPTS, the workers would start without their AOT cache.
        .with("JAVA_OPTS", "-Xmx192m -XX:TieredStopAtLevel=1")
        // The shortest session timeout that a broker allows. A killed worker's partitions are idle
        // for this time.
        .with("KAFKA_CLIENT_SESSION_TIMEOUT_MS", "6000")
        .with("KAFKA_CLIENT_HEARTBEAT_INTERVAL_MS", "1500");
  }

  private List<Fault> faults(
      TestPipeline pipeline, RestartableMongoServer mongod, KafkaBroker broker) {
    List<Fault> crashes = new ArrayList<>();
    int first = random.nextInt(WORKERS);
    for (int i = 0; i < 2 * CRASHES; i++) {
      int victim = (first + i) % WORKERS;
      crashes.add(() -> crash(pipeline, victim));
    }
    for (int i = 0; i < CRASHES; i++) {
      crashes.add(
          () -> {
            LOG.info("kill -9 of mongod");
            mongod.kill9();
            mongod.start();
          });
    }
    for (int i = 0; i < CRASHES; i++) {
      crashes.add(
          () -> {
            LOG.info("kill -9 of the broker");
            broker.kill9();
            broker.start();
          });
    }
    Collections.shuffle(crashes, random);
    List<Fault> all = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      int next = i;
      all.add(() -> restart(pipeline, next));
    }
    all.addAll(crashes);
    return all;
  }

  private void restart(TestPipeline pipeline, int worker) {
    LOG.info("SIGTERM to worker {}", worker);
    WorkerProcess old = workers.get(worker);
    old.process().terminate();
    assertThat(old.process().awaitExit(BOUND)).as(old.process().logTail()).isZero();
    workers.set(worker, pipeline.startWorker("worker-" + worker).awaitConsuming());
  }

  private void crash(TestPipeline pipeline, int worker) {
    LOG.info("kill -9 of worker {}", worker);
    workers.get(worker).process().kill9();
    workers.set(worker, pipeline.startWorker("worker-" + worker));
  }

  private @Nullable Void sendAll(TestPipeline pipeline) throws InterruptedException {
    SampleTraffic traffic = new SampleTraffic(SEED, start);
    Schedule schedule = new Schedule(EVENTS_PER_SECOND);
    try (RecordProducer producer = pipeline.producer()) {
      for (int i = 0; i < EVENTS; i++) {
        if (!allowance.tryAcquire()) {
          allowance.acquire();
          // The events do not catch up after the wait.
          schedule = new Schedule(EVENTS_PER_SECOND);
        }
        schedule.awaitNext();
        producer.send(traffic.next());
      }
      producer.flush();
    }
    return null;
  }

  private static void awaitStored(StoredEvents stored, long count) {
    await()
        .atMost(BOUND)
        .pollInterval(Duration.ofMillis(200))
        .until(stored::count, found -> found >= count);
  }
}
