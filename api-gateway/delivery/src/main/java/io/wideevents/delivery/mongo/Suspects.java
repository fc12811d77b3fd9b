package io.wideevents.delivery.mongo;

import io.wideevents.event.EventId;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.Suspect;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The suspected poison events: MongoDB answered for each with an error code that is on no list. The
 * suspicion spans all calls that write the event, first a live call and then the replay of the
 * spool. A suspected event is written alone, and is rejected once {@link Suspect} has proven it
 * poison.
 *
 * <p>Many such events at once are an outage, of one shard or of a throttling server. While more
 * than the limit are suspected, isolation is suspended: no event is written alone or rejected, and
 * the proofs start over.
 *
 * <p>Bounded. An event that does not fail again within some minutes is forgotten, since another
 * tier may have it. Safe for concurrent use; blocks only for a short lock.
 */
final class Suspects {
  private static final Logger log = LoggerFactory.getLogger(Suspects.class);

  private static final int MOST_PROOFS = 100;

  private final int max;
  private final Duration memory;
  private final Duration suspension;
  private final LongSupplier nanoClock;

  /** In the order of the last failure, oldest first. */
  private final Map<EventId, Entry> entries = new LinkedHashMap<>();

  /**
   * The proofs, oldest first. A client that posts an event repeatedly may leave many copies of it
   * in the spool. Without this map each copy would take minutes to be proven poison.
   */
  private final Map<EventId, Proof> proofs = new LinkedHashMap<>();

  private @Nullable Deadline suspended;

  private record Entry(Suspect suspect, Deadline until) {}

  private record Proof(int code, Deadline until) {}

  /**
   * @param max number of suspected events at a time; each costs a separate write
   * @param memory how long an event without a further failure is remembered
   * @param suspension how long isolation is suspended after the last event beyond {@code max}
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  Suspects(int max, Duration memory, Duration suspension, LongSupplier nanoClock) {
    this.max = max;
    this.memory = memory;
    this.suspension = suspension;
    this.nanoClock = nanoClock;
  }

  /** Whether the event must be written alone. */
  synchronized boolean isIsolated(EventId id) {
    return !entries.isEmpty() && entries.containsKey(id) && !isSuspended();
  }

  /**
   * Records that MongoDB answered for the event with an error code that is on no list.
   *
   * @param code the server's error code
   * @param alone whether the event was the only one of its write
   * @param storedBefore events that this process had stored when that write began
   * @return whether the event is proven poison
   */
  synchronized boolean failed(EventId id, int code, boolean alone, long storedBefore) {
    if (isProven(id, code) && !isSuspended()) {
      return true;
    }
    Entry known = entries.remove(id);
    if (known == null && entries.size() >= max && !forgetOne()) {
      suspend();
      return false;
    }
    Suspect suspect = known == null ? new Suspect() : known.suspect();
    entries.put(id, new Entry(suspect, Deadline.after(memory, nanoClock)));
    if (isSuspended()) {
      suspect.restart();
      return false;
    }
    if (!alone || !suspect.failedAlone(code, storedBefore, nanoClock.getAsLong())) {
      return false;
    }
    entries.remove(id);
    if (proofs.size() >= MOST_PROOFS) {
      proofs.remove(proofs.keySet().iterator().next());
    }
    proofs.put(id, new Proof(code, Deadline.after(memory, nanoClock)));
    return true;
  }

  private boolean isProven(EventId id, int code) {
    Proof proof = proofs.get(id);
    return proof != null && proof.code() == code && !proof.until().remaining().isZero();
  }

  /** Records that MongoDB stored or rejected the event. */
  synchronized void clear(EventId id) {
    entries.remove(id);
    proofs.remove(id);
  }

  private void suspend() {
    boolean begins = !isSuspended();
    entries.values().forEach(entry -> entry.suspect().restart());
    suspended = Deadline.after(suspension, nanoClock);
    if (begins) {
      LogThrottle.safely(
          () ->
              log.atWarn()
                  .addKeyValue("suspected", max + 1)
                  .log(
                      "MongoDB fails for many events with errors on no list; isolation is suspended"));
    }
  }

  private boolean isSuspended() {
    return suspended != null && !suspended.remaining().isZero();
  }

  private boolean forgetOne() {
    Map.Entry<EventId, Entry> longestUnseen = entries.entrySet().iterator().next();
    boolean forgotten = longestUnseen.getValue().until().remaining().isZero();
    if (forgotten) {
      entries.remove(longestUnseen.getKey());
    }
    return forgotten;
  }
}
