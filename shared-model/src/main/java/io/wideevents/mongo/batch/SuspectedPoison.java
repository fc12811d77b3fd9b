package io.wideevents.mongo.batch;

import io.wideevents.event.ContentHash;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.WriteFailures;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The suspected poison documents: MongoDB answered for each with an error code that is on no list.
 * The caller isolates such a document, which means that it writes the document alone. {@link
 * PoisonEvidence} says when a document is proven poison. The evidence counts over all writes of
 * this process and over all copies of an event. A copy has the same id and the same content: what a
 * client sends under an id says nothing about other content under that id.
 *
 * <p>Many such documents at once are an outage, of one shard or of a throttling server. While more
 * than {@value #MOST_AT_ONCE} are suspected, and for a minute after the last failure over that
 * limit, isolation is suspended: no document is isolated or rejected, and the proofs start over. A
 * document is suspected until it is stored or rejected, until the caller forgets it, or until it
 * has not failed for some time.
 *
 * <p>Bounded. Safe for concurrent use; blocks only for a short lock.
 */
public final class SuspectedPoison {
  private static final Logger LOG = LoggerFactory.getLogger(SuspectedPoison.class);

  /** The number of documents that one process may suspect at the same time; more are an outage. */
  public static final int MOST_AT_ONCE = 10;

  /**
   * How long a proof is kept after the last failure, and a suspected document by a caller that does
   * not learn that another process stored it. The replay of a large spool may take longer to retry
   * an event; such an event is proven poison only after the rest of the spool is drained.
   */
  public static final Duration MEMORY = Duration.ofMinutes(10);

  /** How long isolation is suspended after the last failure over the limit. */
  static final Duration SUSPENSION = Duration.ofMinutes(1);

  private static final int MOST_PROOFS = 100;

  // More than MOST_AT_ONCE, so that the limit is exceeded until most of the documents are stored.
  private static final int MOST_ENTRIES = 1_000;

  private final Duration memory;
  private final LongSupplier nanoClock;

  /** In the order of the last failure, oldest first. */
  private final Map<Event, Entry> entries = new LinkedHashMap<>();

  /**
   * The proofs, oldest first. A producer may repeat an event in thousands of records, and a client
   * may leave many copies of it in the spool. Without this map each copy would need minutes for its
   * own proof.
   */
  private final Map<Event, Proof> proofs = new LinkedHashMap<>();

  private @Nullable Deadline suspension;

  private record Event(EventId id, ContentHash hash) {
    static Event of(EventDocument document) {
      return new Event(document.id(), document.hash());
    }
  }

  private record Entry(PoisonEvidence evidence, Deadline until) {}

  private record Proof(int code, Deadline until) {}

  /**
   * @param memory time after which a document that has not failed again is not suspected any more
   */
  SuspectedPoison(Duration memory, LongSupplier nanoClock) {
    this.memory = memory;
    this.nanoClock = nanoClock;
  }

  /** Whether the document must be written alone. */
  public synchronized boolean isIsolated(EventDocument document) {
    return !entries.isEmpty() && entries.containsKey(Event.of(document)) && !isSuspended();
  }

  /** Whether too many documents fail with unlisted errors, so that none is isolated. */
  public synchronized boolean isSuspended() {
    return suspension != null && (isOverLimit() || !suspension.remaining().isZero());
  }

  /** Discards the evidence about a document that this process does not write any more. */
  public synchronized void forget(EventDocument document) {
    entries.remove(Event.of(document));
  }

  /**
   * Evaluates the outcomes of one write.
   *
   * @param storedBefore documents that this process had stored when the write began
   * @return the outcomes, with {@link WriteOutcome.Poison} for each document that is proven poison
   */
  synchronized List<WriteOutcome> resolve(
      List<EventDocument> documents, List<WriteOutcome> outcomes, long storedBefore) {
    forgetExpired();
    endSuspension();
    List<WriteOutcome> changed = null;
    for (int i = 0; i < outcomes.size(); i++) {
      if (!(outcomes.get(i) instanceof WriteOutcome.NotConfirmed failed)) {
        clear(documents.get(i));
      } else if (failed.perDocument()) {
        int code = WriteFailures.code(failed.cause()).orElse(0);
        if (failed(Event.of(documents.get(i)), code, outcomes.size() == 1, storedBefore)) {
          changed = changed == null ? new ArrayList<>(outcomes) : changed;
          changed.set(i, poison(failed));
        }
      }
    }
    return changed == null ? outcomes : changed;
  }

  /**
   * Records that MongoDB answered for a document with an error code that is on no list.
   *
   * @param alone whether the document was the only one of its write
   * @return whether the document is proven poison
   */
  private boolean failed(Event event, int code, boolean alone, long storedBefore) {
    if (!isSuspended() && isProven(event, code)) {
      return true;
    }
    Entry known = entries.remove(event);
    PoisonEvidence evidence = known == null ? new PoisonEvidence() : known.evidence();
    if (entries.size() >= MOST_ENTRIES) {
      entries.remove(entries.keySet().iterator().next());
    }
    entries.put(event, new Entry(evidence, Deadline.after(memory, nanoClock)));
    if (isOverLimit()) {
      suspend();
    }
    if (isSuspended()) {
      evidence.restart();
      return false;
    }
    if (!alone || !evidence.failedAlone(code, storedBefore, nanoClock.getAsLong())) {
      return false;
    }
    entries.remove(event);
    prove(event, code);
    return true;
  }

  private boolean isProven(Event event, int code) {
    Proof proof = proofs.get(event);
    if (proof == null || proof.code() != code || proof.until().remaining().isZero()) {
      return false;
    }
    prove(event, code);
    return true;
  }

  private void prove(Event event, int code) {
    proofs.remove(event);
    if (proofs.size() >= MOST_PROOFS) {
      proofs.remove(proofs.keySet().iterator().next());
    }
    proofs.put(event, new Proof(code, Deadline.after(MEMORY, nanoClock)));
  }

  // Runs for each document that is stored, so it returns early in the usual case.
  private void clear(EventDocument document) {
    if (!entries.isEmpty() || !proofs.isEmpty()) {
      Event event = Event.of(document);
      entries.remove(event);
      proofs.remove(event);
    }
  }

  private boolean isOverLimit() {
    return entries.size() > MOST_AT_ONCE;
  }

  private void suspend() {
    boolean begins = suspension == null;
    suspension = Deadline.after(SUSPENSION, nanoClock);
    if (begins) {
      entries.values().forEach(entry -> entry.evidence().restart());
      LogThrottle.safely(
          () ->
              LOG.atWarn()
                  .addKeyValue("suspected", MOST_AT_ONCE + 1)
                  .log(
                      "MongoDB fails for many events with errors on no list; isolation is"
                          + " suspended, and none of them is rejected"));
    }
  }

  private void endSuspension() {
    if (suspension != null && !isSuspended()) {
      suspension = null;
      LogThrottle.safely(
          () -> LOG.info("MongoDB fails for few events with errors on no list; isolation resumes"));
    }
  }

  private void forgetExpired() {
    Iterator<Entry> oldestFirst = entries.values().iterator();
    while (oldestFirst.hasNext() && oldestFirst.next().until().remaining().isZero()) {
      oldestFirst.remove();
    }
  }

  private static WriteOutcome poison(WriteOutcome.NotConfirmed failed) {
    return new WriteOutcome.Poison(PoisonEvidence.FAILURES, WriteFailures.text(failed.cause()));
  }
}
