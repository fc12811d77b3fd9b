package io.wideevents.worker.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.DeadLetterReason;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadLetterBrakeTest {
  private final ManualClock clock = new ManualClock();
  private final DeadLetterBrake brake = new DeadLetterBrake(true, clock);

  @Test
  void engages_atTheThousandthDeadLetterWhenTheyAreMoreThanHalf() {
    brake.stored(999);
    deadLetter(999, DeadLetterReason.MALFORMED);

    boolean engagedByThis = brake.deadLettered(DeadLetterReason.MALFORMED);

    assertThat(engagedByThis).isTrue();
    assertThat(brake.isEngaged()).isTrue();
  }

  @Test
  void staysReleased_whenDeadLettersAreNotMoreThanHalf() {
    brake.stored(5_000);

    deadLetter(5_000, DeadLetterReason.MALFORMED);

    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void staysReleased_belowAThousand() {
    deadLetter(999, DeadLetterReason.MALFORMED);

    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void staysReleased_whenTheyAreSpreadOverMoreThanAMinute() {
    for (int minute = 0; minute < 5; minute++) {
      deadLetter(600, DeadLetterReason.MALFORMED);
      clock.advance(Duration.ofSeconds(61));
    }

    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void engages_whenTheyComeWithinAMinuteAcrossSlices() {
    for (int second = 0; second < 50; second++) {
      deadLetter(21, DeadLetterReason.INVALID);
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(brake.isEngaged()).isTrue();
  }

  @Test
  void conflictsAndExpired_doNotCount() {
    deadLetter(3_000, DeadLetterReason.ID_CONFLICT);
    deadLetter(3_000, DeadLetterReason.EXPIRED);

    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void off_neverEngages() {
    DeadLetterBrake off = new DeadLetterBrake(false, clock);

    for (int i = 0; i < 5_000; i++) {
      off.deadLettered(DeadLetterReason.MALFORMED);
    }

    assertThat(off.isEngaged()).isFalse();
  }

  @Test
  void trial_isDueAMinuteAfterEngagingAndAMinuteAfterEachTrial() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);

    assertThat(brake.nanosUntilTrial()).isEqualTo(Duration.ofSeconds(60).toNanos());
    clock.advance(Duration.ofSeconds(60));
    assertThat(brake.nanosUntilTrial()).isZero();
    brake.trialStarted();
    assertThat(brake.nanosUntilTrial()).isEqualTo(Duration.ofSeconds(60).toNanos());
  }

  @Test
  void trial_releasesWhenDeadLettersAreNotMoreThanHalf() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);

    assertThat(brake.trialEnded(100, 51)).isFalse();
    assertThat(brake.isEngaged()).isTrue();
    assertThat(brake.trialEnded(0, 0)).isFalse();
    assertThat(brake.isEngaged()).isTrue();
    assertThat(brake.trialEnded(100, 50)).isTrue();
    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void release_startsCountingAnew() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);
    brake.trialEnded(100, 0);

    deadLetter(999, DeadLetterReason.MALFORMED);
    assertThat(brake.isEngaged()).isFalse();
    deadLetter(1, DeadLetterReason.MALFORMED);
    assertThat(brake.isEngaged()).isTrue();
  }

  private void deadLetter(int times, DeadLetterReason reason) {
    for (int i = 0; i < times; i++) {
      brake.deadLettered(reason);
    }
  }
}
