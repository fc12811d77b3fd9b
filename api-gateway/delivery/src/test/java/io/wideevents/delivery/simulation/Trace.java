package io.wideevents.delivery.simulation;

import io.wideevents.time.VirtualTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/** The last steps of a run, with their virtual times, and a hash of all of them. */
final class Trace {
  private static final int STEPS = Integer.getInteger("wideevents.simulation.steps", 80);

  private final VirtualTime time;
  private final boolean kept;
  private final Deque<String> steps = new ArrayDeque<>();
  private long hash;

  /**
   * @param kept whether texts are kept; the hash always is
   */
  Trace(VirtualTime time, boolean kept) {
    this.time = time;
    this.kept = kept;
  }

  void add(String what, Object subject) {
    long now = time.nanoClock().getAsLong();
    hash = 31 * hash + now;
    if (kept) {
      if (steps.size() == STEPS) {
        steps.remove();
      }
      steps.add(String.format(Locale.ROOT, "%12.6f s  %s %s", now / 1e9, what, subject));
    }
  }

  long hash() {
    return hash;
  }

  @Override
  public String toString() {
    return String.join("\n", steps);
  }
}
