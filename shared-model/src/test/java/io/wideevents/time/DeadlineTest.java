package io.wideevents.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlineTest {
  @Test
  void await_returnsWhenTheConditionHolds() {
    AtomicInteger checks = new AtomicInteger();
    Deadline deadline = Deadline.after(Duration.ofMinutes(5));

    deadline.await(() -> checks.incrementAndGet() == 3);

    assertThat(checks).hasValue(3);
  }

  @Test
  void await_returnsAtTheDeadline() {
    Deadline deadline = Deadline.after(Duration.ofMillis(20));

    deadline.await(() -> false);

    assertThat(deadline.remaining()).isZero();
  }

  @Test
  void await_onAnInterruptedThreadWaitsAndStaysInterrupted() {
    // Given
    AtomicInteger checks = new AtomicInteger();
    Thread.currentThread().interrupt();

    // When
    Deadline.after(Duration.ofMinutes(5)).await(() -> checks.incrementAndGet() == 3);

    // Then
    assertThat(checks).hasValue(3);
    assertThat(Thread.interrupted()).isTrue();
  }
}
