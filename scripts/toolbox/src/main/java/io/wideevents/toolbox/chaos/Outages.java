package io.wideevents.toolbox.chaos;

import java.util.EnumSet;
import java.util.Set;

/** The parts that are down at the moment. Safe for concurrent use. */
final class Outages {
  private final Set<Target> down = EnumSet.noneOf(Target.class);
  private long gatewayBackNanos = System.nanoTime();

  synchronized void begin(Target target) {
    down.add(target);
  }

  synchronized void end(Target target) {
    down.remove(target);
    if (target == Target.GATEWAY) {
      gatewayBackNanos = System.nanoTime();
    }
  }

  synchronized Phase phase() {
    return Phase.of(down);
  }

  /**
   * Whether the gateway was down at any moment since {@code nanos}, a value of {@link
   * System#nanoTime}.
   */
  synchronized boolean gatewayWasDownSince(long nanos) {
    return down.contains(Target.GATEWAY) || gatewayBackNanos - nanos > 0;
  }
}
