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

class DeadLetterCircuitBreakerTest {
  private final ManualClock clock = new ManualClock();
  private final DeadLetterCircuitBreaker breaker = new DeadLetterCircuitBreaker(true, clock);

  @Test
  void opens_atTheThousandthDeadLetterWhenTheyAreMoreThanHalf() {
    breaker.stored(999);
    deadLetter(999, DeadLetterReason.MALFORMED);

    boolean openedByThis = breaker.deadLettered(DeadLetterReason.MALFORMED);

    assertThat(openedByThis).isTrue();
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void staysReleased_whenDeadLettersAreNotMoreThanHalf() {
    breaker.stored(5_000);

    deadLetter(5_000, DeadLetterReason.MALFORMED);

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void staysReleased_belowAThousand() {
    deadLetter(999, DeadLetterReason.MALFORMED);

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void staysReleased_whenTheyAreSpreadOverMoreThanAMinute() {
    for (int minute = 0; minute < 5; minute++) {
      deadLetter(600, DeadLetterReason.MALFORMED);
      clock.advance(Duration.ofSeconds(61));
    }

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void opens_whenTheyComeWithinAMinuteAcrossSlices() {
    for (int second = 0; second < 50; second++) {
      deadLetter(21, DeadLetterReason.INVALID);
      clock.advance(Duration.ofSeconds(1));
    }

    assertThat(breaker.isOpen()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void opens_onAFloodOfAnyReason(DeadLetterReason reason) {
    breaker.stored(900);

    deadLetter(1_000, reason);

    assertThat(breaker.isOpen()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(DeadLetterReason.class)
  void staysReleased_whenSingleEventsFailAmongManyOthers(DeadLetterReason reason) {
    for (int i = 0; i < 3_000; i++) {
      breaker.stored(2);
      deadLetter(1, reason);
    }

    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void opens_whenTheClockJumpsForwardBetweenTwoBatches() {
    breaker.stored(100_000);
    clock.advance(Duration.ofSeconds(61)); // the minute of good records has passed

    deadLetter(1_000, DeadLetterReason.EXPIRED);

    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.explain())
        .contains("expired", "clock", "EVENT_RETENTION", "MQ_DLQ_BRAKE=off");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:00Z", "2140-01-01T00:00:00Z"})
  void opens_whenTheClockIsWrongInEitherDirection(Instant wrong) {
    RecordDecoder decoder = new RecordDecoder(EncoderSettings.DEFAULT, () -> wrong);
    byte[] good =
        """
        {"requestId":"r","service":"s","route":"/","timestamp":"2026-11-26T01:03:19Z"}"""
            .getBytes(UTF_8);

    for (int i = 0; i < 1_000; i++) {
      RecordResult result = decoder.decode(good, null, null, wrong);
      breaker.deadLettered(((RecordResult.Poison) result).reason());
    }

    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.explain()).contains("clock");
  }

  @Test
  void explain_namesTheReasonOfMostLetters() {
    deadLetter(400, DeadLetterReason.MALFORMED);
    deadLetter(700, DeadLetterReason.ID_CONFLICT);

    assertThat(breaker.explain()).contains("id_conflict", "eventId");
  }

  @Test
  void explain_remembersTheReasonAfterTheMinuteHasPassed() {
    deadLetter(1_000, DeadLetterReason.EXPIRED);
    clock.advance(Duration.ofMinutes(10));

    assertThat(breaker.explain()).contains("expired");
  }

  @Test
  void off_neverOpens() {
    DeadLetterCircuitBreaker off = new DeadLetterCircuitBreaker(false, clock);

    for (int i = 0; i < 5_000; i++) {
      off.deadLettered(DeadLetterReason.MALFORMED);
    }

    assertThat(off.isOpen()).isFalse();
  }

  @Test
  void probe_isDueAMinuteAfterOpeningAndAMinuteAfterEachProbe() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);

    assertThat(breaker.nanosUntilProbe()).isEqualTo(Duration.ofSeconds(60).toNanos());
    clock.advance(Duration.ofSeconds(60));
    assertThat(breaker.nanosUntilProbe()).isZero();
    breaker.probeStarted();
    assertThat(breaker.nanosUntilProbe()).isEqualTo(Duration.ofSeconds(60).toNanos());
  }

  @Test
  void probe_closesWhenDeadLettersAreNotMoreThanHalf() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);

    assertThat(breaker.probeEnded(100, 51)).isFalse();
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.probeEnded(0, 0)).isFalse();
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.probeEnded(100, 50)).isTrue();
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void release_resetsTheCounts() {
    deadLetter(1_000, DeadLetterReason.MALFORMED);
    breaker.probeEnded(100, 0);

    deadLetter(999, DeadLetterReason.MALFORMED);
    assertThat(breaker.isOpen()).isFalse();
    deadLetter(1, DeadLetterReason.MALFORMED);
    assertThat(breaker.isOpen()).isTrue();
  }

  private void deadLetter(int times, DeadLetterReason reason) {
    for (int i = 0; i < times; i++) {
      breaker.deadLettered(reason);
    }
  }
}
