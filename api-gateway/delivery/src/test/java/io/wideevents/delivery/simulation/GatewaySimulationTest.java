package io.wideevents.delivery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs the delivery chain on virtual time, with a seed for each run. {@code
 * -Dwideevents.simulation.seeds=N} runs more seeds, {@code -Dwideevents.simulation.seed=S} runs
 * one.
 */
@Tag("slow")
@ExtendWith(QuietLogs.class)
class GatewaySimulationTest {
  // More than GatewaySimulationFindsFaultsTest needs to find a fault.
  private static final int DEFAULT_SEEDS = 500;

  @Test
  void everyAcknowledgedEventArrives_whateverFails() {
    Long one = Long.getLong("wideevents.simulation.seed");
    long first = one == null ? 1 : one;
    long seeds = one == null ? Long.getLong("wideevents.simulation.seeds", DEFAULT_SEEDS) : 1;
    for (long seed = first; seed < first + seeds; seed++) {
      GatewaySimulation.run(seed, Mutation.NONE);
    }
  }

  @Test
  void sameSeed_isTheSameRun() {
    for (long seed = 1; seed <= 20; seed++) {
      assertThat(GatewaySimulation.run(seed, Mutation.NONE))
          .isEqualTo(GatewaySimulation.run(seed, Mutation.NONE));
    }
  }
}
