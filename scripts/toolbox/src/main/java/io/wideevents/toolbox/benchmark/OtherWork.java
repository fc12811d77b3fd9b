package io.wideevents.toolbox.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Finds out how much other programs of the machine disturb a measurement: compares the busy time of
 * the processors with the CPU time of this process and its descendants.
 */
final class OtherWork {
  /** Other work above this share of all processors makes a round disturbed. */
  static final double LIMIT = 0.1;

  // Linux reports in ticks of 10 ms on every architecture.
  private static final double TICKS_PER_SECOND = 100;
  private static final Path STATISTICS = Path.of("/proc/stat");
  private static final int USER = 1;
  private static final int NICE = 2;
  private static final int SYSTEM = 3;
  private static final int STEAL = 8;

  private final long beganNanos = System.nanoTime();
  private final double busy = busySeconds();
  private final double own = ownSeconds();

  private OtherWork() {}

  static OtherWork begin() {
    return new OtherWork();
  }

  /**
   * The share of all processors that others took since {@link #begin}, 0 to 1. NaN where the system
   * does not report its busy time. A descendant that has ended since counts as other work.
   */
  double share() {
    double seconds = (System.nanoTime() - beganNanos) / 1e9;
    return share(
        busySeconds() - busy,
        ownSeconds() - own,
        seconds * Runtime.getRuntime().availableProcessors());
  }

  static double share(double busySeconds, double ownSeconds, double capacitySeconds) {
    return Double.isNaN(busySeconds)
        ? Double.NaN
        : Math.clamp((busySeconds - ownSeconds) / capacitySeconds, 0, 1);
  }

  /**
   * Reads the first line of {@code /proc/stat}. Interrupts are left out, because no process is
   * charged for them. Time that the hypervisor gave to others counts.
   */
  static double busySeconds(String statistics) {
    String[] fields = statistics.lines().findFirst().orElse("").split(" +", -1);
    if (fields.length <= STEAL) {
      return Double.NaN;
    }
    long ticks = 0;
    for (int field : new int[] {USER, NICE, SYSTEM, STEAL}) {
      ticks += Long.parseLong(fields[field]);
    }
    return ticks / TICKS_PER_SECOND;
  }

  private static double busySeconds() {
    try {
      return busySeconds(Files.readString(STATISTICS));
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static double ownSeconds() {
    ProcessHandle self = ProcessHandle.current();
    return Stream.concat(Stream.of(self), self.descendants())
        .mapToDouble(process -> ProcessUsage.cpuSeconds(process.pid()))
        .filter(seconds -> !Double.isNaN(seconds))
        .sum();
  }
}
