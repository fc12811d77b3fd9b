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

  @ParameterizedTest
  @CsvSource({
    "TRUSTS_DUPLICATE_IDS, COMMITTED_IS_DONE",
    "ANSWERS_BEFORE_STORING, COMMITTED_IS_DONE",
    "CONFIRMS_LETTERS_BEFORE_KEEPING, COMMITTED_IS_DONE",
    "COMMITS_THE_POSITION, COMMITTED_IS_DONE",
    "COMMITS_WITHOUT_EPOCH, COMMITTED_IS_DONE",
    "KEEPS_TOPIC_ID, EVERYTHING_ENDS",
    "RESETS_SILENTLY, COMMITTED_IS_DONE",
    "TAKES_THROTTLING_FOR_POISON, DEAD_LETTER_HAS_A_REASON",
    "SUSPECTS_BAR_OTHERS, WELL_RECORDS_PROGRESS",
    "WAITS_WITHOUT_END, WELL_RECORDS_PROGRESS",
    "PASSES_OVER_CORRUPT_BATCHES, COMMITTED_IS_DONE",
    "ONE_PARTITION_STOPS_ALL, OTHERS_ARE_READ"
  })
  void aFault_isFoundByASeed(PlantedFault planted, Invariant invariant) {
    Optional<SimulationRuns.Failure> failure = runs.firstFailure(1, MOST_SEEDS, planted);

    assertThat(failure).map(found -> found.violation().invariant()).contains(invariant);
  }
}
