package io.wideevents.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogThrottleTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
  private final LogThrottle throttle = new LogThrottle(Duration.ofSeconds(10), now::get);

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
