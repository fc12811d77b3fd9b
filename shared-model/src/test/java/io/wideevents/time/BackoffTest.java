package io.wideevents.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private final Backoff backoff =
      new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new Random(7));

  @Test
  void after_staysUnderACeilingThatDoublesUpToTheLongest() {
    for (int failures = 1; failures <= 100; failures++) {
      Duration ceiling = Duration.ofMillis(Math.min(30_000, 100L << Math.min(failures - 1, 20)));
      for (int draw = 0; draw < 200; draw++) {
        assertThat(backoff.after(failures)).isBetween(Duration.ZERO, ceiling);
      }
    }
  }

  @Test
  void after_spreadsOverTheWholeRange() {
    long low =
        IntStream.range(0, 1_000)
            .filter(i -> backoff.after(20).compareTo(Duration.ofSeconds(15)) < 0)
            .count();

    assertThat(low).isBetween(400L, 600L);
  }
}
