package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import io.wideevents.worker.simulation.SimulatedEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** One run: a seed, its plan, the models, and the invariants after every step. */
final class Simulation {
  /** A well record is stored within this time after its poll, while MongoDB stores well records. */
  private static final long PROGRESS_BOUND = 60 * SECOND;

  /** What each write that is not answered in order may cost, besides. */
  private static final long FAULTY_WRITE_COST = 40 * SECOND;

  private static final int MOST_FAULTY_WRITES = 12;

  /** A record is read within this time while its partition is in order. */
  private static final long READ_BOUND = 20 * SECOND;

  /** A partition that is repaired is read on within this time: it is tried every minute. */
  private static final long REPAIRED_BOUND = 90 * SECOND;

  private static final long PROGRESS_INTERVAL = 5 * SECOND;

  /** When the faults have ended, everything ends within this time. */
  private static final long END_BOUND = 15 * 60 * SECOND;

  /** An open circuit breaker lets one batch a minute through. */
  private static final long CIRCUIT_OPEN_END_BOUND = 40 * 60 * SECOND;

  /** More poison than this at once is for an operator. */
  private static final int PROVABLE_POISON = 8;

  private static final long TRICKLE_INTERVAL = 3 * SECOND;
  private static final int MOST_STEPS = 1_000_000;
  private static final int MOST_WORKERS = 3;
  private static final List<WorkerCounters> COUNTERS = new ArrayList<>();

  static {
    for (int i = 0; i < MOST_WORKERS; i++) {
      COUNTERS.add(new WorkerCounters());
    }
  }

  private final SimulationPlan plan;
  private final SimulatedClock time;
  private final World world;
  private final SimulatedBroker broker;
  private final SimulatedMongo mongo;
  private final SimulatedDeadLetters deadLetters;
  private final List<SimulatedWorker> workers = new ArrayList<>();
  private final List<SimulatedEvent> events = new ArrayList<>();
  private final ProducedContents source;
  private boolean faulty = true;
  private int steps;

  /** A run whose faults the seed chooses. */
  Simulation(long seed, PlantedFault planted, RunTrace trace) {
    this(seed, Set.of(), planted, trace);
  }

  /** A run with certain faults. */
  Simulation(long seed, Set<Fault> only, PlantedFault planted, RunTrace trace) {
    Dice dice = new Dice(seed);
    plan = new SimulationPlan(dice.split(), only);
    // Now and then near the overflow of the monotonic clock.
    time = new SimulatedClock(dice.chance(0.2) ? Long.MAX_VALUE - dice.millis(0, 100_000) : 0);
    world = new World(plan, planted, time, trace);
    world.trace("seed %d: %s", seed, plan);
    long lostAtFirst = countedAsLost();
    broker = new SimulatedBroker(world, dice.split(), () -> countedAsLost() - lostAtFirst);
    mongo = new SimulatedMongo(world, dice.split());
    deadLetters = new SimulatedDeadLetters(world, dice.split(), mongo);
    SimulatedWorker.Servers servers = new SimulatedWorker.Servers(broker, mongo, deadLetters);
    for (int i = 0; i < plan.workers; i++) {
      workers.add(
          new SimulatedWorker("worker-" + i, world, dice.split(), servers, COUNTERS.get(i)));
    }
    source = new ProducedContents(dice.split());
    planArrivals(dice.split());
    planClockJumps(dice.split());
    time.at(plan.faultNanos, this::endFaults);
    time.after(PROGRESS_INTERVAL, this::checkProgress);
  }

  /**
   * Runs to the end.
   *
   * @throws SimulationViolation if an invariant is broken
   */
  void run() {
    while (faulty || !broker.isFinished()) {
      step();
    }
    broker.checkCommitted();
    long stored = workers.stream().mapToLong(SimulatedWorker::stored).sum();
    if (stored > mongo.documents()) {
      throw world.violated(
          Invariant.COUNTERS_ADD_UP,
          "%d documents are counted as stored, and there are %d",
          stored,
          mongo.documents());
    }
  }

  /** The situations that occurred. */
  Set<Sighting> sightings() {
    return world.sightings();
  }

  private static long countedAsLost() {
    long lost = 0;
    for (WorkerCounters counters : COUNTERS) {
      lost += counters.lost();
    }
    return lost;
  }

  private void step() {
    SimulatedWorker next = workers.getFirst();
    for (SimulatedWorker worker : workers) {
      if (worker.nextTurn() < next.nextTurn()) {
        next = worker;
      }
    }
    if (time.nextEventAt() <= next.nextTurn()) {
      time.runNext();
      return;
    }
    time.moveTo(next.nextTurn());
    next.pollOnce();
    world.throwIfViolated();
    broker.checkCommitted();
    if (++steps > MOST_STEPS) {
      throw world.violated(
          Invariant.EVERYTHING_ENDS, "after %d steps: %s", steps, broker.unfinished());
    }
    if (!faulty && time.nanos() > plan.faultNanos + endBound()) {
      throw world.violated(
          Invariant.EVERYTHING_ENDS,
          "%d s after the faults: %s",
          endBound() / SECOND,
          broker.unfinished());
    }
  }

  private long endBound() {
    return world.has(Fault.FLOOD) ? CIRCUIT_OPEN_END_BOUND : END_BOUND;
  }

  private void endFaults() {
    faulty = false;
    mongo.endFaults();
    broker.endFaults();
    deadLetters.endFaults();
    long poison =
        events.stream().filter(event -> event.kind == Kind.POISON && !event.stored).count();
    boolean fatal = events.stream().anyMatch(event -> event.kind == Kind.FATAL);
    world.trace("the faults end, with %d poison events", poison);
    if (fatal || poison > PROVABLE_POISON) {
      world.trace("the operator removes the causes");
      mongo.cure();
    } else if (poison > 0) {
      trickle(broker.ends());
    }
  }

  /** While others are stored, poison can be proven: so a few well events go on arriving. */
  private void trickle(List<Integer> ends) {
    if (!broker.isCommittedUpTo(ends)) {
      SimulatedEvent event = source.next(Kind.WELL);
      mongo.produced(event);
      broker.append(event);
      time.after(TRICKLE_INTERVAL, () -> trickle(ends));
    }
  }

  private void planArrivals(Dice dice) {
    for (int i = 0; i < plan.records; i++) {
      events.add(source.next(Kind.WELL));
    }
    if (world.has(Fault.ODD_RECORDS)) {
      add(source, Kind.MALFORMED, dice.between(0, 6));
      add(source, Kind.REFUSED, dice.between(0, 6));
      for (int i = dice.between(0, 4); i > 0; i--) {
        events.addAll(source.nextPairWithOneId());
      }
      for (int i = dice.between(0, 10); i > 0; i--) {
        events.add(events.get(dice.between(0, events.size() - 1))); // produced twice
      }
    }
    if (world.has(Fault.POISON)) {
      add(source, Kind.POISON, dice.between(1, 5));
    }
    if (world.has(Fault.MUCH_POISON)) {
      add(source, Kind.POISON, dice.between(9, 40));
    }
    if (world.has(Fault.FATAL_POISON)) {
      add(source, Kind.FATAL, dice.between(1, 2));
    }
    for (SimulatedEvent event : events) {
      mongo.produced(event);
      // In bursts: a second's share may come at once.
      long at = dice.before(plan.arrivalNanos);
      long moment = dice.chance(0.5) ? at / SECOND * SECOND : at;
      time.at(moment, () -> broker.append(event));
    }
    if (world.has(Fault.FLOOD)) {
      long at = dice.before(plan.arrivalNanos);
      for (int i = dice.between(1_000, 1_100); i > 0; i--) {
        SimulatedEvent event = source.next(Kind.MALFORMED);
        time.at(at, () -> broker.append(event));
      }
    }
  }

  private void add(ProducedContents source, Kind kind, int count) {
    for (int i = 0; i < count; i++) {
      events.add(source.next(kind));
    }
  }

  /** While nothing else is wrong, a corrupt batch holds up its own partition alone. */
  private void checkIsRead(PartitionLog log, SimulatedRecord record, long now) {
    if (record.appendedAtGoodNanos < 0) {
      record.appendedAtGoodNanos = now;
    }
    if (plan.faults.equals(Set.of(Fault.CORRUPT_BATCH))
        && !log.hasCorruptBatch()
        && record.polledAtGoodNanos < 0
        && now - record.appendedAtGoodNanos > READ_BOUND
        && now - log.corruptUntilGoodNanos > (log.wasCorrupt() ? REPAIRED_BOUND : 0)) {
      throw world.violated(
          Invariant.OTHERS_ARE_READ,
          "%s was not read for %d s, and its partition has no corrupt batch",
          record,
          (now - record.appendedAtGoodNanos) / SECOND);
    }
  }

  private void planClockJumps(Dice dice) {
    if (world.has(Fault.CLOCK_JUMPS)) {
      for (int i = dice.between(1, 3); i > 0; i--) {
        long by = dice.between(-6 * 3_600, 6 * 3_600) * SECOND;
        time.at(
            dice.before(plan.faultNanos),
            () -> {
              world.trace("the wall clock jumps by %d s", by / SECOND);
              time.jumpWallClock(by);
            });
      }
    }
  }

  /** As long as MongoDB stores anything, every other record makes progress. */
  private void checkProgress() {
    if (faulty || !broker.isFinished()) {
      time.after(PROGRESS_INTERVAL, this::checkProgress);
    }
    long now = world.goodTime.nanos();
    if (world.has(Fault.FLOOD)) {
      return; // the circuit breaker delays valid records as well
    }
    for (PartitionLog log : broker.logs()) {
      if (log.hasCorruptBatch()) {
        log.corruptUntilGoodNanos = now;
      }
      for (int offset = log.firstUndone(); offset < log.end(); offset++) {
        SimulatedRecord record = log.at(offset);
        if (record == null || record.isDone() || !record.event.isWell() || log.isCorrupt(offset)) {
          continue;
        }
        checkIsRead(log, record, now);
        int at = offset;
        if (record.polledAtGoodNanos < 0
            || workers.stream().noneMatch(worker -> worker.hasRead(log.partition, at))) {
          continue;
        }
        long waited = now - record.polledAtGoodNanos;
        // Its own writes, and those of others that held a slot until they were given up.
        long faulty =
            record.event.faultyWrites + world.unansweredWrites() - record.unansweredAtPoll;
        long allowed = PROGRESS_BOUND + Math.min(faulty, MOST_FAULTY_WRITES) * FAULTY_WRITE_COST;
        if (waited > allowed) {
          throw world.violated(
              Invariant.WELL_RECORDS_PROGRESS,
              "%s was polled %d s ago, not counting troubles, and is not stored",
              record,
              waited / SECOND);
        }
      }
    }
  }
}
