package io.wideevents.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/** The JDK's clocks and threads. */
final class SystemTiming implements Timing {
  static final SystemTiming INSTANCE = new SystemTiming();

  private final DeadlineSweep deadlines = new DeadlineSweep();

  private SystemTiming() {}

  @Override
  public LongSupplier nanoClock() {
    return System::nanoTime;
  }

  @Override
  public InstantSource wallClock() {
    return InstantSource.system();
  }

  @Override
  public void onTimeout(CompletableFuture<?> future, Duration delay, Runnable action) {
    deadlines.add(future, delay, action);
  }

  @Override
  public ScheduledExecutorService executor(String name, int threads) {
    return new DaemonExecutor(name, threads);
  }

  @Override
  public Duration jittered(Duration pause) {
    return Duration.ofNanos(
        (long) (pause.toNanos() * (0.5 + ThreadLocalRandom.current().nextDouble())));
  }
}
