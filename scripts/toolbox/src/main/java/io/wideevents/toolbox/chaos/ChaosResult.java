package io.wideevents.toolbox.chaos;

import java.time.Duration;
import java.util.List;

/**
 * A run that came to its end.
 *
 * @param occurrences what was done to the pipeline, in order
 * @param rest how it came to rest afterwards
 * @param remains what is left in the spool
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

  /** Whether the promise held, and nothing was left on the way. */
  boolean isGood() {
    return findings.isGood()
        && figures.wrongIds() == 0
        && rest.stuck().isEmpty()
        && remains.isEmpty();
  }
}
