package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspectTest {
  private final Suspect suspect = new Suspect();

  @Test
  void failedAlone_provesTheCulpritOnceOthersWereStoredMeanwhile() {
    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(11)).isFalse();
    assertThat(suspect.failedAlone(12)).isTrue();
  }

  @Test
  void failedAlone_takesWhatWasConfirmedAsAnOutageBeganForNoProof() {
    // Confirmed between the first failure and the second, and nothing ever since
    assertThat(suspect.failedAlone(10)).isFalse();

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(suspect.failedAlone(11)).isFalse();
    }
  }

  @Test
  void failedAlone_provesNothingWhileNothingIsStored() {
    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(suspect.failedAlone(10)).isFalse();
    }
    assertThat(suspect.failedAlone(11)).isTrue();
  }

  @Test
  void failedAlone_takesMostNeighboursStoredForProof() {
    suspect.failedAmong(4, 1, true);

    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(10)).isTrue();
  }

  @Test
  void failedAlone_takesNeighboursStoredBeforeItAloneForNoProof() {
    suspect.failedAmong(4, 1, false);

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(suspect.failedAlone(10)).isFalse();
    }
  }

  @Test
  void failedAlone_takesFewNeighboursStoredForNoProof() {
    suspect.failedAmong(1, 4, true);

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(suspect.failedAlone(10)).isFalse();
    }
  }
}
