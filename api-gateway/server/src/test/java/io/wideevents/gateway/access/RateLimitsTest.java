package io.wideevents.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitsTest {
  private static final Caller SHOP = new Caller("shop");

  private final ManualClock clock = new ManualClock();
  private final RateLimits limits = new RateLimits(Optional.of(new RateLimit(100, 500)), clock);

  @Test
  void take_allowsABurstThenTellsWhenToComeBack() {
    assertThat(limits.take(SHOP, 500)).isInstanceOf(RateDecision.Allowed.class);
    assertThat(limits.take(SHOP, 150))
        .isEqualTo(new RateDecision.Limited(Duration.ofMillis(1_500)));

    clock.advance(Duration.ofMillis(1_499));
    assertThat(limits.take(SHOP, 150)).isInstanceOf(RateDecision.Limited.class);
    clock.advance(Duration.ofMillis(1));
    assertThat(limits.take(SHOP, 150)).isInstanceOf(RateDecision.Allowed.class);
  }

  @Test
  void take_countsNothingOfWhatItRefuses() {
    limits.take(SHOP, 450);

    limits.take(SHOP, 400);

    assertThat(limits.take(SHOP, 50)).isInstanceOf(RateDecision.Allowed.class);
  }

  @Test
  void take_letsARequestLargerThanTheBurstThroughAfterARestAndHasItWaitedOff() {
    // Given a bucket that is not full
    limits.take(SHOP, 100);
    assertThat(limits.take(SHOP, 2_000)).isEqualTo(new RateDecision.Limited(Duration.ofSeconds(1)));

    // When it is
    clock.advance(Duration.ofSeconds(1));
    assertThat(limits.take(SHOP, 2_000)).isInstanceOf(RateDecision.Allowed.class);

    // Then the 1 500 beyond the burst come first, then the one event
    assertThat(limits.take(SHOP, 1)).isEqualTo(new RateDecision.Limited(Duration.ofMillis(15_010)));
    clock.advance(Duration.ofMillis(15_010));
    assertThat(limits.take(SHOP, 1)).isInstanceOf(RateDecision.Allowed.class);
  }

  @Test
  void take_givesEachCallerItsOwn() {
    limits.take(SHOP, 500);

    assertThat(limits.take(new Caller("till"), 500)).isInstanceOf(RateDecision.Allowed.class);
    assertThat(limits.take(Caller.ANONYMOUS, 500)).isInstanceOf(RateDecision.Allowed.class);
  }

  @Test
  void keepOnly_forgetsThoseThatAreGone() {
    limits.take(SHOP, 500);
    limits.take(new Caller("till"), 500);

    limits.keepOnly(Set.of("shop"));

    assertThat(limits.take(SHOP, 1)).isInstanceOf(RateDecision.Limited.class);
    assertThat(limits.take(new Caller("till"), 1)).isInstanceOf(RateDecision.Allowed.class);
  }

  @Test
  void none_limitsNothing() {
    assertThat(RateLimits.none().take(SHOP, Integer.MAX_VALUE))
        .isInstanceOf(RateDecision.Allowed.class);
  }

  /** Whatever a client sends: it never gets more than its rate and one request beyond a burst. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void take_holdsTheRateInTheLongRunAndItsOwnPromises(long seed) {
    Random random = new Random(seed);
    long allowed = 0;
    int largest = 0;
    for (int i = 0; i < 2_000; i++) {
      int events = 1 + random.nextInt(random.nextInt(10) == 0 ? 5_000 : 200);
      largest = Math.max(largest, events);
      RateDecision decision = limits.take(SHOP, events);
      if (decision instanceof RateDecision.Limited limited && random.nextBoolean()) {
        clock.advance(limited.retryAfter());
        decision = limits.take(SHOP, events);
        assertThat(decision)
            .as("seed %d, after the time of Retry-After", seed)
            .isInstanceOf(RateDecision.Allowed.class);
      }
      if (decision instanceof RateDecision.Allowed) {
        allowed += events;
      }
      clock.advance(Duration.ofMillis(random.nextInt(100)));
      assertThat(allowed)
          .as("seed %d", seed)
          .isLessThanOrEqualTo(500 + largest + clock.currentTimeNanos() / 10_000_000);
    }
  }

  /** Time as the test says. */
  private static final class ManualClock implements TimeMeter {
    private long nanos;

    void advance(Duration by) {
      nanos += by.toNanos();
    }

    @Override
    public long currentTimeNanos() {
      return nanos;
    }

    @Override
    public boolean isWallClockBased() {
      return false;
    }
  }
}
