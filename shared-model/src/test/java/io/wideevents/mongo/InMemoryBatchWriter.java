package io.wideevents.mongo;

import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A database in memory that fails on demand. Passes {@link BatchWriterContract}.
 *
 * <p>Answers on the calling thread, before {@link #write} returns; while held, on the thread that
 * calls {@link #release}. Safe for concurrent use.
 */
public final class InMemoryBatchWriter implements BatchWriter {
  private static final int DOCUMENT_VALIDATION_FAILURE = 121;
  private static final int BSON_OBJECT_TOO_LARGE = 10334;

  private final Map<EventId, EventDocument> stored = new LinkedHashMap<>();
  private final List<List<EventDocument>> batches = new ArrayList<>();
  private final Deque<Runnable> held = new ArrayDeque<>();
  private Predicate<EventDocument> refused = document -> false;
  private Predicate<EventDocument> failed = document -> false;
  private @Nullable RuntimeException outage;
  private boolean losesReplies;
  private boolean holds;

  /** From now on nothing is stored, and whole batches go without an answer. */
  public synchronized void goDown() {
    outage = new IllegalStateException("The database is down");
  }

  /** Ends {@link #goDown} and {@link #loseReplies}. */
  public synchronized void comeBack() {
    outage = null;
    losesReplies = false;
  }

  /** From now on batches are stored, yet not confirmed: the reply is lost on its way. */
  public synchronized void loseReplies() {
    losesReplies = true;
  }

  /** From now on matching documents are refused with code 121, like by a collection validator. */
  public synchronized void refuse(Predicate<EventDocument> documents) {
    refused = documents;
  }

  /** From now on matching documents fail with an error code that is on no list. */
  public synchronized void fail(Predicate<EventDocument> documents) {
    failed = documents;
  }

  /** From now on writes wait, unanswered and not stored, for {@link #release}. */
  public synchronized void hold() {
    holds = true;
  }

  /** Lets all held writes run, in order, and ends {@link #hold}. */
  public void release() {
    while (true) {
      Runnable next;
      synchronized (this) {
        next = held.poll();
        if (next == null) {
          holds = false;
          return;
        }
      }
      next.run();
    }
  }

  /** Lets the oldest held write run; the others stay held. False if there is none. */
  public boolean releaseOne() {
    Runnable next;
    synchronized (this) {
      next = held.poll();
    }
    if (next == null) {
      return false;
    }
    next.run();
    return true;
  }

  /** Writes waiting for {@link #release}. */
  public synchronized int heldWrites() {
    return held.size();
  }

  /** What is stored, in the order it was. */
  public synchronized Map<EventId, EventDocument> stored() {
    return new LinkedHashMap<>(stored);
  }

  /** Every batch that was handed to {@link #write}, answered or not. */
  public synchronized List<List<EventDocument>> batches() {
    return List.copyOf(batches);
  }

  @Override
  public CompletableFuture<List<WriteOutcome>> write(List<EventDocument> documents) {
    CompletableFuture<List<WriteOutcome>> answer = new CompletableFuture<>();
    synchronized (this) {
      batches.add(List.copyOf(documents));
      if (holds) {
        held.add(() -> answer.complete(apply(documents)));
        return answer;
      }
    }
    answer.complete(apply(documents));
    return answer;
  }

  private synchronized List<WriteOutcome> apply(List<EventDocument> documents) {
    List<WriteOutcome> outcomes = new ArrayList<>(documents.size());
    for (EventDocument document : documents) {
      outcomes.add(outage == null ? apply(document) : new WriteOutcome.NotConfirmed(false, outage));
    }
    if (losesReplies) {
      RuntimeException lost = new IllegalStateException("The reply was lost");
      outcomes.replaceAll(outcome -> new WriteOutcome.NotConfirmed(false, lost));
    }
    return outcomes;
  }

  private WriteOutcome apply(EventDocument document) {
    if (document.sizeBytes() > MAX_DOCUMENT_BYTES) {
      return new WriteOutcome.Refused(BSON_OBJECT_TOO_LARGE, "object to insert too large");
    }
    EventDocument present = stored.get(document.id());
    if (present != null) {
      return present.hash().equals(document.hash())
          ? new WriteOutcome.AlreadyStored()
          : new WriteOutcome.Conflict();
    }
    if (refused.test(document)) {
      return new WriteOutcome.Refused(DOCUMENT_VALIDATION_FAILURE, "Document failed validation");
    }
    if (failed.test(document)) {
      return new WriteOutcome.NotConfirmed(true, new DocumentWriteException(424242, "unheard of"));
    }
    stored.put(document.id(), document);
    return new WriteOutcome.Stored();
  }
}
