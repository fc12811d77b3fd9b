package io.wideevents.worker.deadletter;

import io.wideevents.codec.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Stops a bad deploy from emptying the topic into the dead-letter topic. Engaged once more than
 * half of the records settled in the last 60 s, and at least 1 000, were dead letters; then one
 * trial batch is allowed every 60 s, and the brake is released by a trial in which dead letters are
 * not more than half. Letters that speak of single events, not of a broken rule (conflicts, expired
 * timestamps), do not count.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class DeadLetterBrake {
  static final int MIN_DEAD_LETTERS = 1_000;
  static final Duration WINDOW = Duration.ofSeconds(60);
  static final Duration TRIAL_INTERVAL = Duration.ofSeconds(60);

  private static final long SLICE_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Set<DeadLetterReason> NOT_COUNTED =
      EnumSet.of(DeadLetterReason.ID_CONFLICT, DeadLetterReason.EXPIRED);

  private final boolean enabled;
  private final LongSupplier nanoClock;
  private final Deque<Slice> slices = new ArrayDeque<>();
  private long settled;
  private long deadLetters;
  private boolean engaged;
  private long nextTrialNanos;

  /**
   * @param enabled false never engages
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  public DeadLetterBrake(boolean enabled, LongSupplier nanoClock) {
    this.enabled = enabled;
    this.nanoClock = nanoClock;
  }

  /** Counts records that were stored, now or before. */
  public void stored(int records) {
    slice().settled += records;
    settled += records;
  }

  /**
   * Counts a record that is about to be dead-lettered.
   *
   * @return whether this very letter engaged the brake
   */
  public boolean deadLettered(DeadLetterReason reason) {
    Slice slice = slice();
    slice.settled++;
    settled++;
    if (counts(reason)) {
      slice.deadLetters++;
      deadLetters++;
    }
    if (!enabled || engaged || deadLetters < MIN_DEAD_LETTERS || deadLetters * 2 <= settled) {
      return false;
    }
    engaged = true;
    nextTrialNanos = nanoClock.getAsLong() + TRIAL_INTERVAL.toNanos();
    return true;
  }

  /** Whether only trial batches may be started. */
  public boolean isEngaged() {
    return engaged;
  }

  /** Nanoseconds until a trial batch may start; zero or less when it may now. */
  public long nanosUntilTrial() {
    return nextTrialNanos - nanoClock.getAsLong();
  }

  /** Notes that a trial batch was started; the next one has to wait for its time. */
  public void trialStarted() {
    nextTrialNanos = nanoClock.getAsLong() + TRIAL_INTERVAL.toNanos();
  }

  /**
   * Judges a trial batch.
   *
   * @param records records of the batch that were settled
   * @param deadLettersOfIt how many of them were dead letters that count
   * @return whether the brake is released now
   */
  public boolean trialEnded(int records, int deadLettersOfIt) {
    if (!engaged || records == 0 || deadLettersOfIt * 2 > records) {
      return false;
    }
    engaged = false;
    slices.clear();
    settled = 0;
    deadLetters = 0;
    return true;
  }

  /** Whether letters of this reason count towards the brake. */
  public static boolean counts(DeadLetterReason reason) {
    return !NOT_COUNTED.contains(reason);
  }

  private Slice slice() {
    long now = nanoClock.getAsLong();
    while (!slices.isEmpty() && now - slices.peekFirst().startNanos >= WINDOW.toNanos()) {
      Slice old = slices.removeFirst();
      settled -= old.settled;
      deadLetters -= old.deadLetters;
    }
    Slice last = slices.peekLast();
    if (last == null || now - last.startNanos >= SLICE_NANOS) {
      last = new Slice(now);
      slices.addLast(last);
    }
    return last;
  }

  private static final class Slice {
    final long startNanos;
    long settled;
    long deadLetters;

    Slice(long startNanos) {
      this.startNanos = startNanos;
    }
  }
}
