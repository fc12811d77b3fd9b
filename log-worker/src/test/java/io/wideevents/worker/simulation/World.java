package io.wideevents.worker.simulation;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What all models of one run share. */
final class World {
  private static final double NANOS_PER_SECOND = 1e9;

  final SimulationPlan plan;
  final PlantedFault planted;
  final SimulatedClock time;
  final GoodTime goodTime;
  final RunTrace trace;
  private final Set<Sighting> sightings = EnumSet.noneOf(Sighting.class);
  private long unansweredWrites;
  private @Nullable SimulationViolation violation;

  World(SimulationPlan plan, PlantedFault planted, SimulatedClock time, RunTrace trace) {
    this.plan = plan;
    this.planted = planted;
    this.time = time;
    this.trace = trace;
    goodTime = new GoodTime(time);
  }

  boolean has(Fault fault) {
    return plan.has(fault);
  }

  /** Counts a write that is not answered within the writer's time bound, or never. */
  void leftUnanswered() {
    unansweredWrites++;
  }

  long unansweredWrites() {
    return unansweredWrites;
  }

  /** Notes that a situation occurred. */
  void saw(Sighting sighting) {
    sightings.add(sighting);
  }

  Set<Sighting> sightings() {
    return sightings;
  }

  boolean isTraced() {
    return trace.isOn();
  }

  void trace(String format, Object... arguments) {
    if (trace.isOn()) {
      trace.add("%11.6f %s", time.nanos() / NANOS_PER_SECOND, format.formatted(arguments));
    }
  }

  /** Makes the error to throw for a broken invariant, and keeps it: the worker may catch it. */
  SimulationViolation violated(
      Invariant invariant, @Nullable Throwable cause, String format, Object... arguments) {
    SimulationViolation made =
        new SimulationViolation(invariant, format.formatted(arguments), cause);
    if (violation == null) {
      violation = made;
    }
    return made;
  }

  SimulationViolation violated(Invariant invariant, String format, Object... arguments) {
    return violated(invariant, null, format, arguments);
  }

  /**
   * Ends the run if an invariant is broken.
   *
   * @throws SimulationViolation the first one
   */
  void throwIfViolated() {
    if (violation != null) {
      throw violation;
    }
  }
}
