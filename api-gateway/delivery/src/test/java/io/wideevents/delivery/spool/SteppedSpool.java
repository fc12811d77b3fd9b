package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.LoggerPort;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * The real spool on a {@link SimulatedDisk}, without threads: a simulation decides when events are
 * written and when they are replayed. Used by one thread.
 */
public final class SteppedSpool {
  private final EventSpool spool;

  private SteppedSpool(EventSpool spool) {
    this.spool = spool;
  }

  /**
   * Opens the spool on the disk. A spool counts as killed if it is not closed before the next one
   * is opened on the same disk.
   *
   * @param settings the directory needs not exist outside of the disk
   */
  public static SteppedSpool open(
      SimulatedDisk disk, SpoolSettings settings, RecordDecoder decoder, InstantSource clock) {
    return new SteppedSpool(EventSpool.openStepped(settings, disk, decoder, clock));
  }

  public EventSpool spool() {
    return spool;
  }

  /**
   * Writes, syncs and answers one group of appended events.
   *
   * @return whether events waited
   */
  public boolean writeOnce() {
    return spool.writeOnce();
  }

  /** The work of the idle writer every two seconds. */
  public void lookForRoom() {
    spool.lookForRoom();
  }

  /**
   * A replay of this spool, which {@link #replayOnce} steps.
   *
   * @param nanoTime the virtual clock; deadlines are given on it
   */
  public SpoolReplayer replayer(
      LoggerPort tiers,
      DeadLetterPort deadLetters,
      int eventsPerSecond,
      RandomGenerator random,
      LongSupplier nanoTime) {
    return new SpoolReplayer(
        spool, tiers, deadLetters, new ReplayPace(eventsPerSecond, random, nanoTime));
  }

  /**
   * Does the due work of a replay. Does not wait for the targets.
   *
   * @return nanoseconds until there is work again, unless a target answers or the replayer is woken
   *     before; 0 if there is more to do now
   */
  public static long replayOnce(SpoolReplayer replayer) {
    return replayer.runOnce();
  }
}
