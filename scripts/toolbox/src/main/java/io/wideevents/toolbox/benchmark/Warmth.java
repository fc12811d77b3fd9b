package io.wideevents.toolbox.benchmark;

/**
 * Decides whether a process is warm: its CPU time for a request no longer falls. Until then the JVM
 * still compiles what the process executes. Used by one thread.
 */
final class Warmth {
  // A smaller fall may be noise.
  private static final double FALLEN = 0.97;
  private static final int MEASUREMENTS = 2;

  private double fallenTo = Double.POSITIVE_INFINITY;
  private int notFallen;

  /**
   * Adds a measurement under load.
   *
   * @param cpuMicros CPU time of a request; NaN if it is not known
   */
  void add(double cpuMicros) {
    if (cpuMicros < fallenTo * FALLEN) {
      fallenTo = cpuMicros;
      notFallen = 0;
    } else {
      notFallen++;
    }
  }

  /** Whether the time has not fallen in the last two measurements. */
  boolean isWarm() {
    return notFallen >= MEASUREMENTS;
  }
}
