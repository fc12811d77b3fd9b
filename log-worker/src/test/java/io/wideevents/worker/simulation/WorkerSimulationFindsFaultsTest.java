package io.wideevents.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Puts faults back, one at a time, and requires that a seed finds each. */
@Tag("slow")
class WorkerSimulationFindsFaultsTest {
  private static final int MOST_SEEDS = 3_000;

  private final SimulationRuns runs = new SimulationRuns();

  @AfterEach
  void restoreTheLog() {
    runs.close();
  }

  /**
   * @param first seed that is tried. A fault that few seeds find is searched for shortly before the
   *     first seed that finds it.
   */
  @ParameterizedTest
  @CsvSource({
    "TRUSTS_DUPLICATE_IDS, COMMITTED_IS_DONE, 1",
    "ANSWERS_BEFORE_STORING, COMMITTED_IS_DONE, 1",
    "CONFIRMS_LETTERS_BEFORE_KEEPING, COMMITTED_IS_DONE, 1",
    "COMMITS_THE_POSITION, COMMITTED_IS_DONE, 1",
    "COMMITS_WITHOUT_EPOCH, COMMITTED_IS_DONE, 280",
    "KEEPS_TOPIC_ID, EVERYTHING_ENDS, 1",
    "RESETS_SILENTLY, COMMITTED_IS_DONE, 1",
    "TAKES_THROTTLING_FOR_POISON, DEAD_LETTER_HAS_A_REASON, 1",
    "SUSPECTS_BAR_OTHERS, WELL_RECORDS_PROGRESS, 1",
    "WAITS_WITHOUT_END, WELL_RECORDS_PROGRESS, 1",
    "PASSES_OVER_CORRUPT_BATCHES, COMMITTED_IS_DONE, 1",
    "ONE_PARTITION_STOPS_ALL, OTHERS_ARE_READ, 1130"
  })
  void aFault_isFoundByASeed(PlantedFault planted, Invariant invariant, long first) {
    Optional<SimulationRuns.Failure> failure = runs.firstFailure(first, MOST_SEEDS, planted);

    assertThat(failure).map(found -> found.violation().invariant()).contains(invariant);
  }
}
