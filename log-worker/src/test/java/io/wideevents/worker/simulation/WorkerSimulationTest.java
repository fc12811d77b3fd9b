package io.wideevents.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Many runs of the worker, each with the faults that its seed chooses. Options: {@code
 * -Dwideevents.simulation.seeds=N} runs more seeds, {@code -Dwideevents.simulation.first=S} begins
 * with another one, {@code -Dwideevents.simulation.seed=S} prints what happens with one seed.
 */
@Tag("slow")
class WorkerSimulationTest {
  // The largest number of seeds that WorkerSimulationFindsFaultsTest needs to find a fault.
  private static final int SEEDS = 1_500;
  private static final int SEEDS_WITH_EVERY_SITUATION = 600;
  private static final int SEEDS_RUN_TWICE = 20;

  private final SimulationRuns runs = new SimulationRuns();

  @AfterEach
  void restoreTheLog() {
    runs.close();
  }

  @Test
  void everySeed_keepsTheInvariantsAndManyMeetEverySituation() {
    Long one = Long.getLong("wideevents.simulation.seed");
    if (one != null) {
      runs.trace(one).forEach(System.out::println);
    }

    long first = one == null ? Long.getLong("wideevents.simulation.first", 1) : one;
    long seeds = one == null ? Long.getLong("wideevents.simulation.seeds", SEEDS) : 1;

    Optional<SimulationRuns.Failure> failure = runs.firstFailure(first, seeds, PlantedFault.NONE);

    assertThat(failure).isEmpty();
    if (seeds >= SEEDS_WITH_EVERY_SITUATION) {
      assertThat(runs.sightings()).containsExactlyInAnyOrder(Sighting.values());
    }
  }

  @Test
  void aSeed_givesTheSameRunAgain() {
    for (long seed = 1; seed <= SEEDS_RUN_TWICE; seed++) {
      assertThat(runs.trace(seed)).as("seed %d", seed).isEqualTo(runs.trace(seed));
    }
  }
}
