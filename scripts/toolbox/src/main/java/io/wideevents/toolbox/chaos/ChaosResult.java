package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.List;

/**
 * The result of a completed run.
 *
 * @param occurrences the faults, in order
 * @param rest how the pipeline became idle afterwards
 * @param remains events that are left in the spool
 */
record ChaosResult(
    ChaosSettings settings,
    List<FaultInjector.Occurrence> occurrences,
    ClientFigures figures,
    Settling.Rest rest,
    SpoolRemains remains,
    Findings findings,
    Duration took) {

  ChaosResult {
    occurrences = List.copyOf(occurrences);
  }

  /** Whether the guarantees held and no event was left in the pipeline. */
  boolean isGood() {
    return findings.isGood()
        && figures.wrongIds() == 0
        && rest.stuck().isEmpty()
        && remains.isEmpty();
  }
}
