package io.wideevents.gateway.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.wideevents.delivery.spool.ReplayStats;
import io.wideevents.delivery.spool.SpoolStats;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class GatewayGaugesTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicLong replayed = new AtomicLong();

  @Test
  void spool_goesOnCountingAfterAGarbageCollection() {
    Supplier<SpoolStats> stats =
        () -> {
          throw new IllegalStateException("Not asked here");
        };
    // Known to the gauges alone, like a method reference that is made for the call.
    new GatewayGauges(registry)
        .spool(stats, () -> new ReplayStats(replayed.get(), 0, 0), InstantSource.system());

    collectGarbage();
    replayed.set(3_000);

    assertThat(registry.get("wide_events.spool_replayed").functionCounter().count())
        .isEqualTo(3_000);
  }

  private static void collectGarbage() {
    WeakReference<Object> canary = new WeakReference<>(new Object());
    while (canary.get() != null) {
      System.gc();
    }
  }
}
