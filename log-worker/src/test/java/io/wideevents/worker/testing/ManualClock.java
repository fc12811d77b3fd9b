package io.wideevents.worker.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Time that passes when a test says so: a wall clock and a monotonic one, in step. */
public final class ManualClock implements InstantSource, LongSupplier {
  /** What the wall clock shows at first. */
  public static final Instant START = Instant.parse("2026-11-22T12:00:00Z");

  // Near its overflow, where comparing values instead of differences would fail.
  private long nanos = Long.MAX_VALUE - Duration.ofSeconds(5).toNanos();
  private Instant now = START;

  public void advance(Duration duration) {
    nanos += duration.toNanos();
    now = now.plus(duration);
  }

  @Override
  public Instant instant() {
    return now;
  }

  @Override
  public long getAsLong() {
    return nanos;
  }
}
