package io.wideevents.delivery.tiers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.time.Timing;
import io.wideevents.time.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/**
 * A tier whose every answer is written down, and clients that ask it under a breaker, on a clock of
 * their own: no test waits for it. For one thread.
 */
final class ScriptedTier {
  private static final Comparator<Call> BY_END =
      Comparator.comparingLong(Call::endMillis).thenComparingLong(Call::beginMillis);

  private final VirtualTime time = new VirtualTime();

  /** What the tier says, and after how long. */
  record Answer(long millis, List<DeliveryOutcome> outcomes) {}

  record Call(long beginMillis, long endMillis, List<DeliveryOutcome> outcomes) {
    long millis() {
      return endMillis - beginMillis;
    }
  }

  Timing timing() {
    return time;
  }

  void advance(long millis) {
    time.advance(Duration.ofMillis(millis));
  }

  private long now() {
    return TimeUnit.NANOSECONDS.toMillis(time.nanoClock().getAsLong());
  }

  /**
   * Has each client make one call after the other, until the circuit opens or the time is up.
   *
   * @param tier answers a call that begins at a time, in milliseconds since the beginning
   * @return the calls that were answered, in the order of their answers
   */
  List<Call> play(TierBreaker breaker, int clients, long millis, LongFunction<Answer> tier) {
    PriorityQueue<Call> underWay = new PriorityQueue<>(BY_END);
    List<Call> answered = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      underWay.add(begin(breaker, tier));
    }
    while (now() < millis && breaker.status().state() == TierStatus.State.UP) {
      Call call = underWay.remove();
      advance(call.endMillis() - now());
      breaker.record(TierBreaker.Admission.ALL, call.outcomes(), Duration.ofMillis(call.millis()));
      answered.add(call);
      if (breaker.status().state() == TierStatus.State.UP) {
        underWay.add(begin(breaker, tier));
      }
    }
    return answered;
  }

  /** One call from beginning to end. */
  void call(TierBreaker breaker, long millis, List<DeliveryOutcome> outcomes) {
    assertThat(breaker.admit()).isEqualTo(TierBreaker.Admission.ALL);
    advance(millis);
    breaker.record(TierBreaker.Admission.ALL, outcomes, Duration.ofMillis(millis));
  }

  /** Has the pause pass, and a probe begin. */
  void awaitProbe(TierBreaker breaker) {
    advance(11);
    assertThat(breaker.admit()).isEqualTo(TierBreaker.Admission.PROBE);
  }

  private Call begin(TierBreaker breaker, LongFunction<Answer> tier) {
    assertThat(breaker.admit()).isEqualTo(TierBreaker.Admission.ALL);
    Answer answer = tier.apply(now());
    return new Call(now(), now() + answer.millis(), answer.outcomes());
  }
}
