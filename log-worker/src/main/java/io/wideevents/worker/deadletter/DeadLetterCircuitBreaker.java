package io.wideevents.worker.deadletter;

import io.wideevents.event.DeadLetterReason;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The dead-letter circuit breaker: prevents a faulty deployment or a wrong clock from moving the
 * whole topic into the dead-letter topic. It opens when more than half of the records completed in
 * the last 60 s, and at least 1 000, were dead letters. While it is open, one probe batch is
 * allowed every 60 s. A probe batch in which at most half of the records are dead letters closes
 * it.
 *
 * <p>Every reason counts, including {@code expired} and {@code id_conflict}. A few of those concern
 * single events. A share of more than half indicates a clock that jumped, or a client that gives
 * every event the same id. The disadvantage: after an outage longer than the retention of events, a
 * backlog of expired records also opens the circuit breaker. {@link #explain} says how to let such
 * a backlog pass.
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
public final class DeadLetterCircuitBreaker {
  static final int MIN_DEAD_LETTERS = 1_000;
  static final Duration WINDOW = Duration.ofSeconds(60);
  static final Duration PROBE_INTERVAL = Duration.ofSeconds(60);

  private static final long SLICE_NANOS = Duration.ofSeconds(1).toNanos();

  private final boolean enabled;
  private final LongSupplier nanoClock;
  private final Deque<Slice> slices = new ArrayDeque<>();
  private final Map<DeadLetterReason, Long> deadLettersByReason =
      new EnumMap<>(DeadLetterReason.class);
  private long completed;
  private long deadLetters;
  private boolean open;
  private DeadLetterReason mainReason = DeadLetterReason.MALFORMED;
  private long nextProbeNanos;

  /**
   * @param enabled false if the circuit breaker must not open
   * @param nanoClock monotonic, like {@link System#nanoTime}: a jump of the wall clock must not
   *     move the window
   */
  public DeadLetterCircuitBreaker(boolean enabled, LongSupplier nanoClock) {
    this.enabled = enabled;
    this.nanoClock = nanoClock;
  }

  /** Counts records that were stored now or before. */
  public void stored(int records) {
    slice().completed += records;
    completed += records;
  }

  /**
   * Counts a record that is about to become a dead letter.
   *
   * @return whether this dead letter opened the circuit breaker
   */
  public boolean deadLettered(DeadLetterReason reason) {
    Slice slice = slice();
    slice.completed++;
    slice.deadLettersByReason.merge(reason, 1L, Long::sum);
    completed++;
    deadLetters++;
    deadLettersByReason.merge(reason, 1L, Long::sum);
    if (!enabled || open || deadLetters < MIN_DEAD_LETTERS || deadLetters * 2 <= completed) {
      return false;
    }
    open = true;
    mainReason = mostFrequent();
    nextProbeNanos = nanoClock.getAsLong() + PROBE_INTERVAL.toNanos();
    return true;
  }

  /** Whether the circuit breaker is open, so that only probe batches may start. */
  public boolean isOpen() {
    return open;
  }

  /**
   * Why the circuit breaker opened last and what the operator can do, in complete sentences for a
   * log line. Meaningful only after it has opened.
   */
  public String explain() {
    return "More than half of the last minute's records became dead letters, most of them %s. %s MQ_DLQ_BRAKE=off lets them all pass."
        .formatted(
            mainReason.label(),
            switch (mainReason) {
              case EXPIRED ->
                  "Is this machine's clock right (log-worker doctor compares it with MongoDB's)?"
                      + " If the records really are older than EVENT_RETENTION, they are a backlog"
                      + " or an import of old events.";
              case INVALID ->
                  "Is this machine's clock right (a clock in the past makes timestamps lie in the"
                      + " future)? Was a producer or a worker of a wrong version deployed?";
              case ID_CONFLICT ->
                  "Does a client send different events under one eventId? Each event needs its"
                      + " own.";
              case REFUSED_BY_DATABASE ->
                  "Was a validator or an index of the collection changed? log-worker dlq list shows"
                      + " MongoDB's error.";
              case EMPTY, MALFORMED, TOO_LARGE, UNSUPPORTED_SCHEMA, ID_MISMATCH ->
                  "Was a producer or a worker of a wrong version deployed?";
            });
  }

  /** Nanoseconds until a probe batch may start; zero or less when it may start now. */
  public long nanosUntilProbe() {
    return nextProbeNanos - nanoClock.getAsLong();
  }

  /** Records the start of a probe batch. The next one may start 60 s later. */
  public void probeStarted() {
    nextProbeNanos = nanoClock.getAsLong() + PROBE_INTERVAL.toNanos();
  }

  /**
   * Evaluates a probe batch.
   *
   * @param records completed records of the batch
   * @param deadLettersOfIt number of dead letters among them
   * @return whether the circuit breaker is closed now
   */
  public boolean probeEnded(int records, int deadLettersOfIt) {
    if (!open || records == 0 || deadLettersOfIt * 2 > records) {
      return false;
    }
    open = false;
    slices.clear();
    deadLettersByReason.clear();
    completed = 0;
    deadLetters = 0;
    return true;
  }

  private DeadLetterReason mostFrequent() {
    return Collections.max(deadLettersByReason.entrySet(), Map.Entry.comparingByValue()).getKey();
  }

  private Slice slice() {
    long now = nanoClock.getAsLong();
    while (!slices.isEmpty() && now - slices.peekFirst().startNanos >= WINDOW.toNanos()) {
      forget(slices.removeFirst());
    }
    Slice last = slices.peekLast();
    if (last == null || now - last.startNanos >= SLICE_NANOS) {
      last = new Slice(now);
      slices.addLast(last);
    }
    return last;
  }

  private void forget(Slice old) {
    completed -= old.completed;
    old.deadLettersByReason.forEach(
        (reason, count) -> {
          deadLetters -= count;
          deadLettersByReason.merge(reason, -count, Long::sum);
        });
  }

  private static final class Slice {
    final long startNanos;
    final Map<DeadLetterReason, Long> deadLettersByReason = new EnumMap<>(DeadLetterReason.class);
    long completed;

    Slice(long startNanos) {
      this.startNanos = startNanos;
    }
  }
}
