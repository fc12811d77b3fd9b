package io.wideevents.worker.simulation;

import static io.wideevents.worker.simulation.SimulatedClock.SECOND;

import io.wideevents.worker.batch.BatchLimits;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

/** What a seed decides before a run begins: sizes, and which faults there are. */
final class SimulationPlan {
  final Set<Fault> faults = EnumSet.noneOf(Fault.class);
  final int workers;
  final int partitions;
  final int records;
  final BatchLimits limits;
  final int maxPollRecords;

  /**
   * Whether a poll waits inside the consumer; otherwise it returns, and the next one comes later.
   */
  final boolean pollWaits;

  /** Whether a rebalance takes every partition from every worker before it gives any. */
  final boolean eager;

  /** Whether the codes of throttling, shards and write blocks are known for an outage. */
  final boolean listedCodes;

  final long arrivalNanos;

  /** When the last fault has ended. */
  final long faultNanos;

  /**
   * @param only the faults that there are; empty: the seed decides
   */
  SimulationPlan(Dice dice, Set<Fault> only) {
    if (dice.chance(0.9)) {
      // Few faults at a time: with all of them at once most runs would look alike.
      double share = dice.between(0.05, 0.4);
      for (Fault fault : Fault.values()) {
        if (dice.chance(share)) {
          faults.add(fault);
        }
      }
    }
    if (!dice.chance(0.1)) {
      faults.remove(Fault.FLOOD);
    }
    if (dice.chance(0.04)) {
      // Alone, so that the other partitions have no other reason to stand still.
      faults.clear();
      faults.add(Fault.CORRUPT_BATCH);
    }
    if (!only.isEmpty()) {
      faults.clear();
      faults.addAll(only);
    }
    int workersDrawn = dice.between(1, 6);
    workers = workersDrawn <= 3 ? 1 : workersDrawn <= 5 ? 2 : 3;
    partitions = dice.between(1, 4);
    records = dice.between(20, 200);
    int events = has(Fault.FLOOD) ? dice.between(50, 100) : dice.between(1, 20);
    limits =
        new BatchLimits(
            events,
            events + dice.between(0, events * 2),
            // A probe batch of the circuit breaker is bounded by bytes as well.
            dice.chance(0.2) && !has(Fault.FLOOD) ? dice.between(2_000, 20_000) : 1 << 20,
            Duration.ofNanos(dice.millis(50, 2_000)),
            dice.between(1, 4),
            dice.chance(0.2) ? dice.between(10_000, 100_000) : 1 << 24);
    maxPollRecords = dice.chance(0.1) ? 250 : dice.between(1, 60);
    pollWaits = workers == 1 || dice.chance(0.5);
    eager = dice.chance(0.3);
    listedCodes = dice.chance(0.5);
    arrivalNanos = dice.millis(100, 90_000);
    faultNanos = dice.millis(5_000, 60_000) + arrivalNanos;
  }

  boolean has(Fault fault) {
    return faults.contains(fault);
  }

  @Override
  public String toString() {
    return "%s, %d workers, %d partitions, %d records in %d s, faults for %d s, poll %d, %s%s%s %s"
        .formatted(
            faults,
            workers,
            partitions,
            records,
            arrivalNanos / SECOND,
            faultNanos / SECOND,
            maxPollRecords,
            pollWaits ? "waiting polls, " : "",
            eager ? "eager, " : "",
            listedCodes ? "listed codes, " : "unlisted codes,",
            limits);
  }
}
