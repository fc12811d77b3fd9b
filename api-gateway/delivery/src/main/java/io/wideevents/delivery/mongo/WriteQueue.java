package io.wideevents.delivery.mongo;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.delivery.mongo.WriteBatch.Slot;
import io.wideevents.event.EventDocument;
import io.wideevents.mongo.batch.BatchSize;
import io.wideevents.mongo.batch.SuspectedPoison;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The pending calls, and the order in which their documents are written. A batch is available
 * whenever one of the few concurrent writes is free. While all writes are in flight, calls
 * accumulate, so batches grow with the load and no call waits for a batch to fill.
 *
 * <p>Bounded by events and bytes, counted from the reservation until the documents are written or
 * discarded. Safe for concurrent use. Does not block. Completes no future; the caller completes the
 * calls that the methods return.
 */
final class WriteQueue {
  private final MongoLoggerSettings settings;
  private final BatchSize batchSize;
  private final SuspectedPoison suspected;

  /** The calls that lack an outcome. */
  private final Set<PendingCall> pending = new LinkedHashSet<>();

  /** The pending calls with documents that no write has taken. */
  private final Deque<PendingCall> waiting = new ArrayDeque<>();

  private int pendingEvents;
  private long pendingBytes;
  private int writes;
  private boolean closed;

  /**
   * @param suspected documents that are written in a batch of one
   */
  WriteQueue(MongoLoggerSettings settings, SuspectedPoison suspected) {
    this.settings = settings;
    this.batchSize = new BatchSize(settings.maxBatchEvents(), settings.maxBatchBytes());
    this.suspected = suspected;
  }

  /**
   * Reserves capacity for a document of a call that is about to be offered.
   *
   * @return whether there was capacity
   */
  synchronized boolean reserve(EventDocument document) {
    boolean fits =
        pendingEvents < settings.maxPendingEvents()
            && pendingBytes + document.sizeBytes() <= settings.maxPendingBytes();
    // An event is always accepted if none is pending; otherwise an event above the limit would
    // never be accepted.
    if (fits || pendingEvents == 0) {
      pendingEvents++;
      pendingBytes += document.sizeBytes();
      return true;
    }
    return false;
  }

  /** Releases the capacity of documents whose call is not offered. */
  synchronized void release(List<EventDocument> documents) {
    documents.forEach(document -> release(1, document.sizeBytes()));
  }

  /**
   * Admits a call with reserved capacity for its documents. An event without a document is {@code
   * NotConfirmed} at once, so that the next tier gets it without delay.
   *
   * @return whether all outcomes of the call are known now
   */
  synchronized boolean offer(PendingCall call) {
    if (closed) {
      release(call.documents());
      call.giveUpFrom(0, new NotSentException("The writer to MongoDB is closed"));
      return true;
    }
    if (call.documents().size() < call.size()) {
      call.giveUpFrom(call.documents().size(), full());
    }
    if (call.hasNext()) {
      pending.add(call);
      waiting.add(call);
    }
    return call.isComplete();
  }

  /** The next batch, if documents wait and a write is free; {@link #complete} ends the write. */
  synchronized Optional<WriteBatch> poll() {
    if (waiting.isEmpty() || writes == settings.maxConcurrentWrites()) {
      return Optional.empty();
    }
    List<Slot> slots = new ArrayList<>();
    List<EventDocument> documents = new ArrayList<>();
    long bytes = 0;
    boolean alone = false;
    PendingCall call = waiting.peek();
    while (call != null && !alone) {
      EventDocument next = call.peek();
      alone = suspected.isIsolated(next);
      if (!batchSize.fits(slots.size(), bytes, next.sizeBytes()) || (alone && !slots.isEmpty())) {
        break;
      }
      slots.add(new Slot(call, call.take()));
      documents.add(next);
      bytes += next.sizeBytes();
      if (!call.hasNext()) {
        waiting.remove();
        call = waiting.peek();
      }
    }
    if (call != null && waiting.size() > 1 && slots.getLast().call() == call) {
      // Other calls may write between two batches of one call.
      waiting.add(waiting.remove());
    }
    writes++;
    return Optional.of(new WriteBatch(slots, documents, bytes));
  }

  /**
   * Ends the write of a batch.
   *
   * @param outcomes one per slot
   * @return the calls whose outcomes are all known now
   */
  synchronized List<PendingCall> complete(WriteBatch batch, List<DeliveryOutcome> outcomes) {
    writes--;
    release(batch.slots().size(), batch.bytes());
    Set<PendingCall> touched = new LinkedHashSet<>();
    for (int i = 0; i < outcomes.size(); i++) {
      Slot slot = batch.slots().get(i);
      slot.call().conclude(slot.index(), outcomes.get(i));
      touched.add(slot.call());
    }
    return touched.stream().filter(call -> call.isComplete() && remove(call)).toList();
  }

  /**
   * Stops waiting for a call: its events without an outcome are not confirmed.
   *
   * @param unsent cause for the events that no write has taken
   * @param unanswered cause for the events that a write has taken
   * @return whether the call was still pending
   */
  synchronized boolean giveUp(PendingCall call, Throwable unsent, Throwable unanswered) {
    if (!pending.contains(call)) {
      return false;
    }
    waiting.remove(call);
    int taken = call.taken();
    while (call.hasNext()) {
      release(1, call.document(call.take()).sizeBytes());
    }
    call.giveUpFrom(taken, unsent);
    call.giveUp(unanswered);
    return remove(call);
  }

  synchronized void close() {
    closed = true;
  }

  /** The calls with an outcome that is not known yet. */
  synchronized List<PendingCall> pending() {
    return List.copyOf(pending);
  }

  synchronized int pendingEvents() {
    return pendingEvents;
  }

  private void release(int events, long bytes) {
    pendingEvents -= events;
    pendingBytes -= bytes;
  }

  private boolean remove(PendingCall call) {
    return pending.remove(call);
  }

  private NotSentException full() {
    return new NotSentException(
        "The writer to MongoDB is full: %d events of %d bytes wait already"
            .formatted(pendingEvents, pendingBytes));
  }
}
