package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.mongo.Suspect;
import io.wideevents.time.Backoff;
import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class IsolationTest {
  private final ManualClock clock = new ManualClock();
  private final TestRecords records = new TestRecords(clock);
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(1));
  private final Isolation isolation = new Isolation(backoff, clock);
  private final RetryQueue retries =
      new RetryQueue(
          new BatchLimits(10, 10, 1 << 20, Duration.ofSeconds(1), 2, 1 << 24), backoff, clock);

  @Test
  void takeFrom_isolatesNoMoreThanTheLimit() {
    // Given records that are isolated since their writes get no answer, and suspected ones
    int unanswered = 7;
    for (int i = 0; i < unanswered; i++) {
      isolation.add(new RetryRecord(records.event(i)));
    }
    for (int i = 0; i < Suspect.MOST_AT_ONCE; i++) {
      RetryRecord suspected = new RetryRecord(records.event(100 + i));
      isolation.unexplained(suspected);
      retries.add(suspected);
    }

    // When
    isolation.takeFrom(retries);

    // Then
    assertThat(isolation.size()).isEqualTo(Suspect.MOST_AT_ONCE);
    assertThat(retries.size()).isEqualTo(unanswered);
  }
}
