package io.wideevents.worker.deadletter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void engages_onAFloodOfAnyReason(DeadLetterReason reason) {
    brake.stored(900);

    deadLetter(1_000, reason);

    assertThat(brake.isEngaged()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void staysReleased_whenSingleEventsFailAmongManyOthers(DeadLetterReason reason) {
    for (int i = 0; i < 3_000; i++) {
      brake.stored(2);
      deadLetter(1, reason);
    }

    assertThat(brake.isEngaged()).isFalse();
  }

  @Test
  void engages_whenTheClockJumpsForwardBetweenTwoBatches() {
    brake.stored(100_000);
    clock.advance(Duration.ofSeconds(61)); // the minute of good records has passed

    deadLetter(1_000, DeadLetterReason.EXPIRED);

    assertThat(brake.isEngaged()).isTrue();
    assertThat(brake.explain()).contains("expired", "clock", "EVENT_RETENTION", "MQ_DLQ_BRAKE=off");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "2140-01-01T00:00:00Z"})
  void engages_whenTheClockIsWrongInEitherDirection(Instant wrong) {
    RecordDecoder decoder = new RecordDecoder(EncoderSettings.DEFAULT, () -> wrong);
    byte[] good =
        """
        {"requestId":"r","service":"s","route":"/","timestamp":"2026-11-26T01:03:19Z"}"""
            .getBytes(UTF_8);

    for (int i = 0; i < 1_000; i++) {
      RecordResult result = decoder.decode(good, null, null, wrong);
      brake.deadLettered(((RecordResult.Poison) result).reason());
    }

    assertThat(brake.isEngaged()).isTrue();
    assertThat(brake.explain()).contains("clock");
  }

  @Test
  void explain_namesTheReasonOfMostLetters() {
    deadLetter(400, DeadLetterReason.MALFORMED);
    deadLetter(700, DeadLetterReason.ID_CONFLICT);

    assertThat(brake.explain()).contains("id_conflict", "eventId");
  }

  @Test
  void explain_remembersTheReasonAfterTheMinuteHasPassed() {
    deadLetter(1_000, DeadLetterReason.EXPIRED);
    clock.advance(Duration.ofMinutes(10));

    assertThat(brake.explain()).contains("expired");
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
  void release_resetsTheCounts() {
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
