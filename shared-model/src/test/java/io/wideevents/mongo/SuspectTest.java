package io.wideevents.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class SuspectTest {
  private final Suspect suspect = new Suspect();
  private long seconds;

  @Test
  void failedAlone_provesTheCulpritOnceOthersWereStoredMeanwhile() {
    assertThat(failedAlone(10)).isFalse();
    assertThat(failedAlone(11)).isFalse();
    assertThat(failedAlone(12)).isTrue();
  }

  @Test
  void failedAlone_takesWhatWasConfirmedAsAnOutageBeganForNoProof() {
    // Confirmed between the first failure and the second, and nothing ever since
    assertThat(failedAlone(10)).isFalse();

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(failedAlone(11)).isFalse();
    }
  }

  @Test
  void failedAlone_provesNothingWhileNothingIsStored() {
    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(failedAlone(10)).isFalse();
    }
    assertThat(failedAlone(11)).isTrue();
  }

  @Test
  void failedAlone_takesMostNeighboursStoredForProof() {
    suspect.failedAmong(4, 1, true);

    assertThat(failedAlone(10)).isFalse();
    assertThat(failedAlone(10)).isFalse();
    assertThat(failedAlone(10)).isTrue();
  }

  @Test
  void failedAlone_takesNeighboursStoredBeforeItAloneForNoProof() {
    suspect.failedAmong(4, 1, false);

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(failedAlone(10)).isFalse();
    }
  }

  @Test
  void failedAlone_takesFewNeighboursStoredForNoProof() {
    suspect.failedAmong(1, 4, true);

    for (int attempt = 0; attempt < 10; attempt++) {
      assertThat(failedAlone(10)).isFalse();
    }
  }

  @Test
  void failedAlone_takesFailuresAtOnceForOne() {
    suspect.failedAmong(4, 1, true);

    for (int copy = 0; copy < 10; copy++) {
      assertThat(suspect.failedAlone(10, TimeUnit.MILLISECONDS.toNanos(copy))).isFalse();
    }
    assertThat(suspect.failedAlone(10, TimeUnit.SECONDS.toNanos(1))).isFalse();
    assertThat(suspect.failedAlone(10, TimeUnit.SECONDS.toNanos(2))).isTrue();
  }

  private boolean failedAlone(long storedBefore) {
    return suspect.failedAlone(storedBefore, TimeUnit.SECONDS.toNanos(seconds++));
  }
}
