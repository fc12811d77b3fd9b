package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SuspectTest {
  private final Suspect suspect = new Suspect();

  @Test
  void failedAlone_provesTheCulpritOnceOthersWereStoredMeanwhile() {
    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(11)).isFalse();
    assertThat(suspect.failedAlone(11)).isTrue();
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
    suspect.failedAmong(4, 1);

    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(10)).isFalse();
    assertThat(suspect.failedAlone(10)).isTrue();
  }

  @Test
  void failedAlone_takesFewNeighboursStoredForNoProof() {
    suspect.failedAmong(1, 4);

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(suspect.failedAlone(10)).isFalse();
    }
  }
}
