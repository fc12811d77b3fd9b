package io.wideevents.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(10), now::get);
  private final List<Long> lines = new ArrayList<>();

  @Test
  void tryShow_showsTheFirstAtOnce() {
    assertThat(throttle.tryShow()).hasValue(0);
  }

  @Test
  void tryShow_holdsBackWithinTheIntervalAndTellsHowMany() {
    throttle.tryShow();
    pass(Duration.ofSeconds(9));
    assertThat(throttle.tryShow()).isEmpty();
    assertThat(throttle.tryShow()).isEmpty();

    pass(Duration.ofSeconds(1));

    assertThat(throttle.tryShow()).hasValue(2);
    assertThat(throttle.tryShow()).isEmpty();
  }

  @Test
  void show_showsAnotherKindOfFailureAtOnce() {
    // Given
    throttle.show("disk full", lines::add);
    throttle.show("disk full", lines::add);

    // When
    throttle.show("disk failed", lines::add);
    throttle.show("disk failed", lines::add);

    // Then
    assertThat(lines).containsExactly(0L, 1L);
  }

  @Test
  void show_neverThrows() {
    assertThatCode(
            () ->
                throttle.show(
                    heldBack -> {
                      throw new IllegalStateException("no appender");
                    }))
        .doesNotThrowAnyException();
  }

  @Test
  void oncePerFailure_showsTheNextLineAfterTheFailureEnded() {
    // Given
    LogThrottle once = LogThrottle.oncePerFailure();
    once.show(lines::add);
    once.show(lines::add);
    assertThat(lines).containsExactly(0L);

    // When
    once.reset();
    once.show(lines::add);

    // Then
    assertThat(lines).containsExactly(0L, 0L);
  }

  @Test
  void ended_logsOnceAndOnlyAfterAFailure() {
    // Given
    AtomicInteger ends = new AtomicInteger();
    throttle.ended(ends::incrementAndGet);
    assertThat(ends).hasValue(0);
    throttle.show(lines::add);

    // When
    throttle.ended(ends::incrementAndGet);
    throttle.ended(ends::incrementAndGet);

    // Then
    assertThat(ends).hasValue(1);
  }

  @Test
  void reset_makesTheNextOneNews() {
    throttle.tryShow();
    throttle.tryShow();

    throttle.reset();

    assertThat(throttle.tryShow()).hasValue(0);
  }

  private void pass(Duration time) {
    now.addAndGet(time.toNanos());
  }
}
