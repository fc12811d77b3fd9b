package io.wideevents.worker.batch;

import io.wideevents.event.EventId;
import io.wideevents.mongo.Suspect;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Records that are written alone, one at a time, each with its own backoff. Their failures say
 * nothing about MongoDB: they are suspected poison records, or their writes get no answer while
 * other writes do.
 *
 * <p>Holds at most {@link Suspect#MOST_AT_ONCE} records. More events that fail in this way at once
 * indicate an outage, for example of one shard, or a throttling server. Isolation is then
 * suspended: all isolated records go back to the retry queue, and all evidence is discarded. No
 * record is isolated until the number of such events has stayed within the limit for {@link
 * #SUSPENSION}.
 */
final class Isolation {
  static final Duration SUSPENSION = Duration.ofSeconds(30);

  /** Number of proofs that are kept, to recognize other records with a copy of a proven event. */
  static final int PROOFS = 100;

  // A suspected record is proven poison after six failures and two minutes. The pauses add up to
  // that.
  private static final Duration SHORTEST_PAUSE = Duration.ofSeconds(1);

  private final Backoff backoff;
  private final LongSupplier nanoClock;

  /** Records that wait for their next write, without the record that is being written. */
  private final Set<RetryRecord> waiting = new LinkedHashSet<>();

  /** Records whose last failure was unexplained: isolated, being written, or in the retry queue. */
  private final Set<RetryRecord> unexplained = new LinkedHashSet<>();

  /**
   * Number of unexplained records for each event. One producer may repeat an event in thousands of
   * records.
   */
  private final Map<EventId, Integer> unexplainedEvents = new HashMap<>();

  /** The most recently proven poison events, with their error codes. */
  private final Map<EventId, Integer> proven = new LinkedHashMap<>();

  private @Nullable RetryRecord writing;
  private boolean suspended;
  private long overLimitNanos;

  Isolation(Backoff backoff, LongSupplier nanoClock) {
    this.backoff = backoff;
    this.nanoClock = nanoClock;
  }

  /** Number of isolated records, including the one that is being written. */
  int size() {
    return waiting.size() + (writing == null ? 0 : 1);
  }

  /** Memory of the isolated records, in bytes. */
  long heldBytes() {
    long bytes = writing == null ? 0 : writing.record().heldBytes();
    for (RetryRecord retry : waiting) {
      bytes += retry.record().heldBytes();
    }
    return bytes;
  }

  boolean isSuspended() {
    return suspended;
  }

  void unexplained(RetryRecord retry) {
    if (unexplained.add(retry)) {
      unexplainedEvents.merge(retry.eventId(), 1, Integer::sum);
    }
    if (isOverLimit()) {
      overLimitNanos = nanoClock.getAsLong();
    }
  }

  /** Reports that a record needs no more retry, or that its last failure is explained. */
  void explained(RetryRecord retry) {
    if (unexplained.remove(retry)) {
      unexplainedEvents.computeIfPresent(
          retry.eventId(), (event, records) -> records == 1 ? null : records - 1);
    }
  }

  /**
   * Suspends isolation, or ends the suspension, depending on the number of unexplained failures.
   *
   * @return the records that were isolated until now and belong to the retry queue
   */
  List<RetryRecord> update() {
    if (!suspended && isOverLimit()) {
      suspended = true;
      unexplained.forEach(retry -> retry.suspect().restart());
      List<RetryRecord> released = List.copyOf(waiting);
      waiting.clear();
      return released;
    }
    suspended =
        suspended
            && (isOverLimit() || nanoClock.getAsLong() - overLimitNanos < SUSPENSION.toNanos());
    return List.of();
  }

  void prove(RetryRecord retry, int code) {
    explained(retry);
    proven.put(retry.eventId(), code);
    if (proven.size() > PROOFS) {
      proven.remove(proven.keySet().iterator().next());
    }
  }

  /**
   * Whether a record holds a copy of an event that is proven poison with this error code. A second
   * proof would take minutes, and a producer may repeat the event faster than that.
   */
  boolean isProven(RetryRecord retry, int code) {
    Integer known = proven.get(retry.eventId());
    return known != null && known == code;
  }

  boolean hasCapacity() {
    return !suspended && size() < Suspect.MOST_AT_ONCE;
  }

  /** Isolates a record. The pause before its next write grows with each call. */
  void add(RetryRecord retry) {
    Duration pause = SHORTEST_PAUSE.plus(backoff.after(retry.isolatedFailure()));
    retry.notBefore(nanoClock.getAsLong() + pause.toNanos());
    waiting.add(retry);
  }

  /** Takes the record whose write is due first; empty while no write is due or one is in flight. */
  Optional<RetryRecord> takeDue() {
    if (writing != null) {
      return Optional.empty();
    }
    Optional<RetryRecord> next = next().filter(retry -> nanosUntilDue(retry) <= 0);
    next.ifPresent(
        retry -> {
          waiting.remove(retry);
          writing = retry;
        });
    return next;
  }

  /** Reports that the write of the record taken last has ended. */
  void written() {
    writing = null;
  }

  /** Nanoseconds until a write is due; {@link Long#MAX_VALUE} while a write is in flight. */
  long nanosUntilDue() {
    return writing != null
        ? Long.MAX_VALUE
        : next().map(this::nanosUntilDue).orElse(Long.MAX_VALUE);
  }

  List<RetryRecord> removeIf(Predicate<RetryRecord> matches) {
    List<RetryRecord> found = waiting.stream().filter(matches).toList();
    found.forEach(waiting::remove);
    return found;
  }

  /** Isolates the records in the retry queue whose last failure was unexplained. */
  void takeFrom(RetryQueue retries) {
    if (!hasCapacity() || unexplained.size() <= size()) {
      return;
    }
    for (RetryRecord retry : retries.removeIf(unexplained::contains)) {
      if (hasCapacity()) {
        add(retry);
      } else {
        retries.add(retry);
      }
    }
  }

  /** Whether too many events fail in an unexplained way. Copies of one event count once. */
  private boolean isOverLimit() {
    return unexplainedEvents.size() > Suspect.MOST_AT_ONCE;
  }

  private Optional<RetryRecord> next() {
    RetryRecord first = null;
    for (RetryRecord retry : waiting) {
      if (first == null || retry.notBeforeNanos() - first.notBeforeNanos() < 0) {
        first = retry;
      }
    }
    return Optional.ofNullable(first);
  }

  private long nanosUntilDue(RetryRecord retry) {
    return retry.notBeforeNanos() - nanoClock.getAsLong();
  }
}
