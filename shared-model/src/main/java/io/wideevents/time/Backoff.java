package io.wideevents.time;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff with full jitter: after the n-th failure in a row the wait is drawn evenly
 * from zero to {@code first * 2^(n-1)}, at most {@code longest}. The jitter prevents many workers
 * from returning to a recovered server at the same moment.
 *
 * <p>As safe for concurrent use as its random generator, which is its only mutable state.
 */
public final class Backoff {
  private static final int MAX_DOUBLINGS = 30;

  private final Duration first;
  private final Duration longest;
  private final RandomGenerator random;

  public Backoff(Duration first, Duration longest, RandomGenerator random) {
    if (first.isNegative() || first.isZero() || first.compareTo(longest) > 0) {
      throw new IllegalArgumentException("first=" + first + " is not in (0, " + longest + "]");
    }
    this.first = first;
    this.longest = longest;
    this.random = random;
  }

  /** From 100 ms to 30 s, for servers that are unreachable. */
  public static Backoff standard() {
    return new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), new SplittableRandom());
  }

  /**
   * The wait before the next attempt.
   *
   * @param failures failed attempts in a row, at least 1
   * @return zero to the longest wait
   */
  public Duration after(int failures) {
    int doublings = Math.min(Math.max(failures, 1) - 1, MAX_DOUBLINGS);
    Duration ceiling = first.multipliedBy(1L << doublings);
    long bound = (ceiling.compareTo(longest) < 0 ? ceiling : longest).toNanos();
    return Duration.ofNanos(random.nextLong(bound + 1));
  }
}
