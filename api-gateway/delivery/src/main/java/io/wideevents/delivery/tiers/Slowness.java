package io.wideevents.delivery.tiers;

import java.time.Duration;

/**
 * Decides which confirmed calls are slow enough to count against a tier. Distinguishes a tier that
 * has become slow from a tier that paused once. A pause (a long garbage collection, a busy disk, a
 * leader election) makes all calls in flight slow at once. Therefore only slow calls count that
 * began after the first slow answer.
 *
 * <p>Times are nanoseconds of one monotonic clock. Not safe for concurrent use.
 */
final class Slowness {
  private static final Duration SLOW = Duration.ofSeconds(1);
  // Time that a healthy tier may take for each event of a big request before the call is slow.
  private static final Duration PER_EVENT = Duration.ofMillis(1);
  // A caller waits this long for a small request; a tier that stays slow gives a slow answer at
  // least this often. An earlier fast call may be an exception, for example with one slow broker of
  // three.
  private static final Duration QUIET = Duration.ofSeconds(2);

  private final Duration warmUp;
  private boolean confirmed;
  private long warmNanos;
  private boolean suspected;
  private long firstSlowNanos;
  private long lastSlowNanos;

  /**
   * @param warmUp time after the first confirmed call in which no call is slow
   */
  Slowness(Duration warmUp) {
    this.warmUp = warmUp;
  }

  /**
   * Records a confirmed call.
   *
   * @param events number of events in the call
   * @return whether the call counts against the tier
   */
  boolean record(boolean probe, long beganNanos, long endedNanos, int events) {
    if (!confirmed) {
      confirmed = true;
      warmNanos = endedNanos + warmUp.toNanos();
    }
    if (isSlow(beganNanos, endedNanos, events)) {
      boolean steadilySlow = suspected && beganNanos - firstSlowNanos >= 0;
      recordSlow(endedNanos);
      // A probe is the only call, so one slow answer counts. To open the circuit again delays no
      // client, because the next tier gets the events as well.
      return steadilySlow || probe;
    }
    if (beganNanos - lastSlowNanos >= QUIET.toNanos()) {
      suspected = false;
    }
    return false;
  }

  private boolean isSlow(long beganNanos, long endedNanos, int events) {
    boolean warm = endedNanos - warmNanos >= 0;
    Duration granted = SLOW.plus(PER_EVENT.multipliedBy(events));
    return warm && endedNanos - beganNanos > granted.toNanos();
  }

  private void recordSlow(long endedNanos) {
    if (!suspected) {
      suspected = true;
      firstSlowNanos = endedNanos;
    }
    lastSlowNanos = endedNanos;
  }
}
