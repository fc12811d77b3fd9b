package io.wideevents.mongo.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class PoisonEvidenceTest {
  private static final int CODE = 424_242;
  private static final Duration APART = Duration.ofSeconds(30);

  private final PoisonEvidence evidence = new PoisonEvidence();
  private long nowNanos = Long.MAX_VALUE - Duration.ofMinutes(1).toNanos();
  private long stored;

  @Test
  void failedAlone_provesPoisonAfterSixFailuresOverTwoMinutes() {
    for (int failure = 1; failure < PoisonEvidence.FAILURES; failure++) {
      assertThat(failsAfterOthersWereStored(APART)).isFalse();
    }

    assertThat(failsAfterOthersWereStored(APART)).isTrue();
  }

  @Test
  void failedAlone_provesNothingInLessThanTwoMinutes() {
    for (int second = 0; second < 120; second++) {
      assertThat(failsAfterOthersWereStored(Duration.ofSeconds(1))).isFalse();
    }

    assertThat(failsAfterOthersWereStored(Duration.ofSeconds(1))).isTrue();
  }

  @Test
  void failedAlone_provesNothingWithFewerThanSixFailures() {
    for (int failure = 1; failure < PoisonEvidence.FAILURES; failure++) {
      assertThat(failsAfterOthersWereStored(Duration.ofHours(1))).isFalse();
    }
  }

  @Test
  void failedAlone_countsAFailureOnlyAfterOthersWereStored() {
    // When
    failsAfterOthersWereStored(APART);

    // Then
    for (int failure = 0; failure < 100; failure++) {
      assertThat(fails(CODE, APART)).isFalse();
    }
    for (int failure = 2; failure < PoisonEvidence.FAILURES; failure++) {
      assertThat(failsAfterOthersWereStored(APART)).isFalse();
    }
    assertThat(failsAfterOthersWereStored(APART)).isTrue();
  }

  @Test
  void failedAlone_startsAgainWithAnotherCode() {
    // When
    for (int failure = 1; failure < PoisonEvidence.FAILURES; failure++) {
      failsAfterOthersWereStored(APART);
    }

    // Then
    stored++;
    assertThat(fails(CODE + 1, APART)).isFalse();
    assertThat(failsAfterOthersWereStored(APART)).isFalse();
  }

  @Test
  void failedAlone_countsFailuresWithinASecondAsOne() {
    // When
    for (int copy = 0; copy < 100; copy++) {
      failsAfterOthersWereStored(Duration.ofMillis(9));
    }

    // Then
    assertThat(failsAfterOthersWereStored(PoisonEvidence.PERIOD)).isFalse();
  }

  @Test
  void restart_discardsTheEvidence() {
    // Given
    for (int failure = 1; failure < PoisonEvidence.FAILURES; failure++) {
      failsAfterOthersWereStored(APART);
    }

    // When
    evidence.restart();

    // Then
    assertThat(failsAfterOthersWereStored(APART)).isFalse();
  }

  private boolean failsAfterOthersWereStored(Duration later) {
    stored++;
    return fails(CODE, later);
  }

  private boolean fails(int code, Duration later) {
    nowNanos += later.toNanos();
    return evidence.failedAlone(code, stored, nowNanos);
  }
}
