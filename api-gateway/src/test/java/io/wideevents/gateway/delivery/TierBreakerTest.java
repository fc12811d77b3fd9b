package io.wideevents.gateway.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.event.Tier;
import io.wideevents.logging.DeliveryOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TierBreakerTest {
  private static final IntervalFunction PAUSE = IntervalFunction.of(Duration.ofMinutes(1));
  private static final List<DeliveryOutcome> DURABLE =
      List.of(new DeliveryOutcome.Durable(Tier.KAFKA));
  private static final List<DeliveryOutcome> NOT_CONFIRMED =
      List.of(new DeliveryOutcome.NotConfirmed(new IllegalStateException("no ack")));
  private static final Duration SLOW = Duration.ofMillis(1_500);

  @Test
  void slowCalls_openTheCircuit() {
    var breaker = new TierBreaker(Tier.KAFKA, PAUSE);

    record(breaker, DURABLE, SLOW);
    record(breaker, DURABLE, SLOW);

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  @Test
  void slowCalls_doNotCountWhileEverythingIsStillCold() {
    var breaker = new TierBreaker(Tier.KAFKA, PAUSE, Duration.ofMinutes(5));

    for (int i = 0; i < 8; i++) {
      record(breaker, DURABLE, SLOW);
    }

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.UP);
  }

  @Test
  void failures_countFromTheFirst() {
    var breaker = new TierBreaker(Tier.KAFKA, PAUSE, Duration.ofMinutes(5));

    record(breaker, NOT_CONFIRMED, SLOW);
    record(breaker, NOT_CONFIRMED, SLOW);

    assertThat(breaker.status().state()).isEqualTo(TierStatus.State.DOWN);
  }

  private static void record(
      TierBreaker breaker, List<DeliveryOutcome> outcomes, Duration elapsed) {
    assertThat(breaker.admit()).isEqualTo(TierBreaker.Admission.ALL);
    breaker.record(outcomes, elapsed);
  }
}
