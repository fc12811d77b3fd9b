package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import io.wideevents.worker.batch.BatchLimits;
import io.wideevents.worker.batch.PipelineStatus;
import io.wideevents.worker.consume.SessionDriver;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of worker processes. A process begins with empty memory, and ends with a crash or a
 * clean stop. The real parts run as {@code MqConsumerService} runs them.
 */
final class SimulatedWorker implements WorkerSignals {
  /** The models that a worker talks to. */
  record Servers(SimulatedBroker broker, SimulatedMongo mongo, SimulatedDeadLetters deadLetters) {}

  private static final long TURN_NANOS = 50_000;

  /** Less than the memory that the pipeline counts for a record. */
  private static final int SMALLEST_RECORD_BYTES = 600;

  private static final long WORKED = 30 * SECOND;

  private final String name;
  private final World world;
  private final SimulationPlan plan;
  private final SimulatedClock time;
  private final Dice dice;
  private final SimulatedBroker broker;
  private final SimulatedMongo mongo;
  private final SimulatedDeadLetters deadLetters;
  private final WorkerCounters counters;
  private final long storedAtFirst;
  private @Nullable WorkerParts parts;
  private @Nullable SessionDriver session;
  private @Nullable SimulatedConsumer consumer;
  private WritesInFlight writesInFlight;
  private long consumedBefore;
  private long endedBefore;
  private long nextTurn;
  private long stalledUntil;
  private long sessionStart;
  private int failures;
  private boolean running;
  private boolean dying;
  private boolean stopping;
  private int consumers;

  SimulatedWorker(String name, World world, Dice dice, Servers servers, WorkerCounters counters) {
    this.name = name;
    this.world = world;
    this.plan = world.plan;
    this.time = world.time;
    this.dice = dice;
    this.broker = servers.broker();
    this.mongo = servers.mongo();
    this.deadLetters = servers.deadLetters();
    this.counters = counters;
    storedAtFirst = counters.stored();
    writesInFlight = new WritesInFlight(time);
    nextTurn = dice.millis(0, 3_000);
    planFaults();
  }

  /** When this worker has work next without an event from outside. */
  long nextTurn() {
    return Math.max(nextTurn, stalledUntil);
  }

  /** Documents that this worker has counted as stored. */
  long stored() {
    return counters.stored() - storedAtFirst;
  }

  /** The consumer of the current session; null when there is none. */
  @Nullable SimulatedConsumer consumer() {
    return consumer;
  }

  void pollOnce() {
    boolean wasRunning = running;
    try {
      if (dying) {
        die();
      } else if (!running) {
        begin();
      } else if (session == null) {
        connect();
      } else if (stopping) {
        stop(session);
      } else {
        // Read before the poll iteration, which may shorten it.
        nextTurn = time.nanos() + TURN_NANOS;
        session.pollOnce();
      }
    } catch (SimulatedCrash crash) {
      die();
    } catch (RuntimeException | OutOfMemoryError failure) {
      failed(failure);
    }
    if (wasRunning && running) {
      check();
    }
  }

  // What the models say.

  @Override
  public void wake() {
    nextTurn = Math.min(nextTurn, time.nanos() + TURN_NANOS);
  }

  @Override
  public void pollAgainAfter(long nanos) {
    nextTurn = time.nanos() + Math.max(nanos, TURN_NANOS);
  }

  @Override
  public boolean isDying() {
    return dying;
  }

  @Override
  public void dieIfDying() {
    if (dying) {
      throw new SimulatedCrash();
    }
  }

  // Lives and sessions.

  private void begin() {
    world.trace("%s: starts", name);
    running = true;
    stopping = false;
    failures = 0;
    consumedBefore = counters.consumed();
    endedBefore = counters.ended();
    writesInFlight = new WritesInFlight(time);
    parts =
        new WorkerParts(
            limits(),
            plan.maxPollRecords,
            mongo.writer(writesInFlight),
            deadLetters,
            new SimulatedTasks(time, this),
            counters.metrics,
            topic -> broker.lookUpTopicId(),
            dice.split().random(),
            time,
            this::newReader);
    connect();
  }

  private SimulatedReader newReader() {
    return new SimulatedReader(
        world,
        dice.split(),
        broker,
        (partition, offset) -> {
          if (consumer != null) {
            consumer.readAlone(partition, offset);
          }
        });
  }

  private BatchLimits limits() {
    if (world.planted != PlantedFault.WAITS_WITHOUT_END) {
      return plan.limits;
    }
    return WorkerParts.withoutWriteTimeout(plan.limits);
  }

  private void connect() {
    WorkerParts life = requireParts();
    life.completions.runPending();
    SimulatedConsumer next =
        new SimulatedConsumer(name + "/" + ++consumers, world, dice.split(), broker, this);
    consumer = next;
    sessionStart = time.nanos();
    SessionDriver driver = life.newSession(next);
    driver.subscribe(SimulatedBroker.TOPIC);
    session = driver;
    nextTurn = time.nanos() + TURN_NANOS;
  }

  private void failed(Throwable failure) {
    SimulatedConsumer failed = consumer;
    if (failed == null || !(failed.threw(failure) || isWantedByTheWorker(failure))) {
      throw world.violated(Invariant.NO_FOREIGN_EXCEPTION, failure, "%s", failure);
    }
    world.trace("%s: fails with %s", name, failure);
    world.saw(Sighting.SESSION_FAILED);
    SessionDriver broken = session;
    session = null;
    consumer = null;
    try {
      if (broken != null) {
        broken.abandon();
      }
    } catch (KafkaException doesNotClose) {
      world.trace("%s: %s", name, doesNotClose);
    } catch (SimulatedCrash crash) {
      die();
      return;
    }
    if (stopping) {
      ended(dice.millis(100, 5_000));
      return;
    }
    failures = time.nanos() - sessionStart >= WORKED ? 1 : failures + 1;
    nextTurn = time.nanos() + requireParts().backoff.after(failures).toNanos();
  }

  /** The worker itself asks for a new consumer in one case. */
  private static boolean isWantedByTheWorker(Throwable failure) {
    return failure instanceof KafkaException
        && String.valueOf(failure.getMessage()).contains("a new consumer is needed");
  }

  private void stop(SessionDriver stopped) {
    world.trace("%s: stops", name);
    world.saw(Sighting.STOPPED);
    stopped.finish();
    check();
    ended(dice.millis(100, 5_000));
  }

  private void die() {
    world.trace("%s: dies", name);
    world.saw(Sighting.CRASHED);
    SimulatedConsumer left = consumer;
    if (left != null) {
      broker.died(left);
    }
    ended(dice.millis(500, 10_000));
  }

  private void ended(long untilNextLife) {
    dying = false;
    running = false;
    session = null;
    consumer = null;
    parts = null;
    nextTurn = time.nanos() + untilNextLife;
    // No task of the last process wakes the next process.
    stalledUntil = nextTurn;
  }

  private void planFaults() {
    if (world.has(Fault.CRASHES)) {
      repeat(3, this::crash);
    }
    if (world.has(Fault.RESTARTS)) {
      repeat(2, () -> stopping |= running);
    }
    if (world.has(Fault.STALLS)) {
      repeat(2, this::stall);
    }
  }

  private void repeat(int most, Runnable fault) {
    for (int i = dice.between(1, most); i > 0; i--) {
      time.at(dice.before(plan.faultNanos), fault);
    }
  }

  private void crash() {
    if (running) {
      dying = true;
      wake();
    }
  }

  private void stall() {
    long nanos = dice.millis(500, 30_000);
    world.trace("%s: stalls for %d ms", name, nanos / 1_000_000);
    stalledUntil = Math.max(stalledUntil, time.nanos() + nanos);
    world.goodTime.troubleBegins();
    time.after(nanos, world.goodTime::troubleEnds);
  }

  // Invariants.

  private void check() {
    WorkerParts life = requireParts();
    PipelineStatus status = life.pipeline.status();
    int held = status.heldRecords();
    if (status.circuitOpen()) {
      world.saw(Sighting.CIRCUIT_OPEN);
    }
    long consumed = counters.consumed() - consumedBefore;
    long ended = counters.ended() - endedBefore;
    if (consumed != ended + held) {
      throw world.violated(
          Invariant.COUNTERS_ADD_UP,
          "%s consumed %d records, %d ended, %d are held",
          name,
          consumed,
          ended,
          held);
    }
    int newRecords = held - status.waitingRecords();
    // Records of a retry in flight and an isolated record in flight do not count as waiting.
    int mostNew =
        WorkerParts.newRecords(plan.limits) + plan.maxPollRecords + plan.limits.events() + 1;
    if (newRecords > mostNew) {
      throw world.violated(
          Invariant.MEMORY_IS_BOUNDED,
          "%d new records are held, at most %d may be",
          newRecords,
          mostNew);
    }
    long mostHeld =
        plan.limits.heldBytes() / SMALLEST_RECORD_BYTES
            + plan.maxPollRecords
            + WorkerParts.MOST_ISOLATED
            + 1;
    if (held > mostHeld) {
      throw world.violated(
          Invariant.MEMORY_IS_BOUNDED, "%d records are held, at most %d may be", held, mostHeld);
    }
    int mostWrites = WorkerParts.maxWrites(plan.limits);
    if (writesInFlight.count() > mostWrites) {
      throw world.violated(
          Invariant.MEMORY_IS_BOUNDED,
          "%d writes are in flight, at most %d may be",
          writesInFlight.count(),
          mostWrites);
    }
  }

  /** Whether this worker owns a partition and has read a record of it. */
  boolean hasRead(TopicPartition partition, int offset) {
    SimulatedConsumer current = consumer;
    return current != null
        && broker.isOwnedBy(current, partition)
        && offset < current.readTo(partition);
  }

  private WorkerParts requireParts() {
    if (parts == null) {
      throw new IllegalStateException(name + " does not run");
    }
    return parts;
  }
}
