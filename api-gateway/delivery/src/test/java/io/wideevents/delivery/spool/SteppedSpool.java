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
   * Finds what is on the disk. A spool that is not closed before the next is opened on the same
   * disk, or on what a crash left of it, was killed.
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

  /** What the writer does every two seconds while nothing is appended. */
  public void lookForRoom() {
    spool.lookForRoom();
  }

  /**
   * A replay of this spool, to be stepped with {@link #replayOnce}.
   *
   * @param nanoTime the virtual clock; deadlines are given on it
   */
  public SpoolReplayer replayer(
      LoggerPort tiers,
      DeadLetterPort deadLetters,
      int eventsPerSecond,
      RandomGenerator random,
      LongSupplier nanoTime) {
    return new SpoolReplayer(spool, tiers, deadLetters, eventsPerSecond, random, nanoTime);
  }

  /**
   * Does what is due in a replay; does not wait for the targets.
   *
   * @return nanoseconds until there is work again, unless a target answers or the replayer is woken
   *     before; 0 if there is more to do now
   */
  public static long replayOnce(SpoolReplayer replayer) {
    return replayer.runOnce();
  }
}
