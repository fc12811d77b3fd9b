package io.wideevents.worker.simulation;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.LoggerFactory;

/** Runs seed after seed, without the worker's log. */
final class SimulationRuns implements AutoCloseable {
  private static final int TRACE_LINES = 60;

  /**
   * A seed that broke an invariant.
   *
   * @param seeds how many seeds were run, this one included
   * @param trace its last lines
   */
  record Failure(long seed, long seeds, SimulationViolation violation, List<String> trace) {
    @Override
    public String toString() {
      return "Seed %d: %s%n%s%nRun it alone with -Dwideevents.simulation.seed=%d"
          .formatted(
              seed, violation.getMessage(), String.join(System.lineSeparator(), trace), seed);
    }
  }

  private final Logger log = (Logger) LoggerFactory.getLogger("io.wideevents");
  private final Level level = log.getLevel();
  private final Set<Sighting> sightings = EnumSet.noneOf(Sighting.class);

  SimulationRuns() {
    log.setLevel(Level.OFF);
  }

  /** Runs consecutive seeds until one breaks an invariant. */
  Optional<Failure> firstFailure(long firstSeed, long seeds, PlantedFault planted) {
    for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
      Simulation simulation = new Simulation(seed, planted, RunTrace.OFF);
      try {
        simulation.run();
      } catch (SimulationViolation violation) {
        return Optional.of(
            new Failure(
                seed,
                seed - firstSeed + 1,
                violation,
                trace(seed, planted, new RunTrace(TRACE_LINES))));
      }
      sightings.addAll(simulation.sightings());
    }
    return Optional.empty();
  }

  /** Everything that happens with one seed. */
  List<String> trace(long seed) {
    return trace(seed, PlantedFault.NONE, new RunTrace(Integer.MAX_VALUE));
  }

  /** What was met in all runs without a failure. */
  Set<Sighting> sightings() {
    return sightings;
  }

  @Override
  public void close() {
    log.setLevel(level);
  }

  private static List<String> trace(long seed, PlantedFault planted, RunTrace trace) {
    try {
      new Simulation(seed, planted, trace).run();
    } catch (SimulationViolation again) {
      trace.add("%s", again.getMessage());
    }
    return trace.lines();
  }
}
