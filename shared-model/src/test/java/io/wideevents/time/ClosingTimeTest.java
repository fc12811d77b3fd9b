package io.wideevents.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ClosingTimeTest {

  @Test
  void grant_givesWhatIsWantedWhileThereIsEnough() {
    var time = new ClosingTime(Duration.ofHours(1));

    assertThat(time.grant(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
    assertThat(time.grant(Duration.ofSeconds(3))).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void grant_givesWhatIsLeftOfTheTimeThatAllPartsShare() {
    var time = new ClosingTime(Duration.ofSeconds(60));

    Duration first = time.grant(Duration.ofHours(1));

    assertThat(first).isBetween(Duration.ofSeconds(30), Duration.ofSeconds(60));
    assertThat(time.keeping(Duration.ofSeconds(10)).grant(Duration.ofHours(1)))
        .isLessThanOrEqualTo(first.minusSeconds(10));
  }

  @Test
  void grant_isNeverNegative() {
    var time = new ClosingTime(Duration.ofMillis(1));

    time.grant(Duration.ofSeconds(1));

    await().until(() -> time.grant(Duration.ofSeconds(1)).isZero());
    assertThat(time.keeping(Duration.ofSeconds(9)).grant(Duration.ofSeconds(1)))
        .isEqualTo(Duration.ZERO);
  }

  @Test
  void begin_startsTheClockBeforeAnyPartAsks() {
    var time = new ClosingTime(Duration.ofSeconds(60));

    time.begin();
    long begun = System.nanoTime();
    await().until(() -> System.nanoTime() - begun > 10_000_000);

    assertThat(time.grant(Duration.ofHours(1))).isLessThan(Duration.ofSeconds(60).minusMillis(10));
  }

  @Test
  void keeping_addsUp() {
    var time = new ClosingTime(Duration.ofSeconds(60)).keeping(Duration.ofSeconds(40));

    assertThat(time.keeping(Duration.ofSeconds(30)).grant(Duration.ofSeconds(1)))
        .isEqualTo(Duration.ZERO);
  }
}
