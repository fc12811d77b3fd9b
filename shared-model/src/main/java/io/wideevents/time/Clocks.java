package io.wideevents.time;

import java.time.InstantSource;
import java.util.function.LongSupplier;

/**
 * The two clocks of a process.
 *
 * @param wall for times that people read; it may jump
 * @param nano monotonic, like {@link System#nanoTime}, for durations and deadlines
 */
public record Clocks(InstantSource wall, LongSupplier nano) {
  /** The clocks of this machine. */
  public static Clocks system() {
    return new Clocks(InstantSource.system(), System::nanoTime);
  }
}
