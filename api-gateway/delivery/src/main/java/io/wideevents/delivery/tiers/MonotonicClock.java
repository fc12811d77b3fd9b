package io.wideevents.delivery.tiers;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.function.LongSupplier;

/**
 * A monotonic clock in the type that Resilience4j requires. Its instants are not the time of day.
 */
final class MonotonicClock extends Clock {
  private final LongSupplier nanoClock;

  MonotonicClock(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
  }

  @Override
  public Instant instant() {
    return Instant.EPOCH.plusNanos(nanoClock.getAsLong());
  }

  @Override
  public ZoneId getZone() {
    return ZoneOffset.UTC;
  }

  @Override
  public Clock withZone(ZoneId zone) {
    return this;
  }
}
