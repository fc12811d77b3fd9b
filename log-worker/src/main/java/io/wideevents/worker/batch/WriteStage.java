package io.wideevents.worker.batch;

import io.wideevents.event.EventDocument;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.WriteFailures;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.mongo.batch.BatchWrites;
import io.wideevents.mongo.batch.SuspectedPoison;
import io.wideevents.time.Backoff;
import io.wideevents.worker.batch.Write.Origin;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Writes each record until it is stored or rejected.
 *
 * <p>Invariant: as long as MongoDB stores any document, every other record makes progress. Three
 * kinds of write maintain it. New records are written in batches, several at a time. A record
 * without a conclusive outcome waits in the {@link RetryQueue}, which has one write in flight at a
 * time. A record whose failures say nothing about MongoDB waits in {@link Isolation}, which also
 * has one write in flight at a time. A record that waits for a retry therefore holds no batch slot.
 * A write without an answer ends at its timeout and then releases its slot.
 *
 * <p>MongoDB counts as down when a write of new records ends without storing or rejecting a record,
 * and no other write did so while it was in flight. A failed retry alone does not count, since its
 * records failed before. While MongoDB is down, one write at a time probes it, with backoff,
 * alternately from the retry queue and with one new record.
 */
final class WriteStage {
  /** Receives the outcome of each record, once, and the end of each batch, once. */
  interface Results {
    void stored(PendingRecord record, Batch batch);

    void alreadyStored(PendingRecord record, Batch batch);

    void rejected(PendingRecord record, Batch batch, WriteOutcome.Rejected why, int attempts);

    /** The record's assignment has ended, so the record is discarded. */
    void discarded(PendingRecord record);

    void ended(Batch batch);
  }

  /** A record that the last write neither stored nor rejected. */
  private record Unconcluded(RetryRecord retry, WriteOutcome.NotConfirmed outcome) {}

  private final BatchWrites writes;
  private final Results results;
  private final BatchLimits limits;
  private final LongSupplier nanoClock;
  private final DatabaseState database;
  private final RetryQueue retries;
  private final SuspectedPoison suspected;
  private final Isolation isolation;
  private int freshInFlight;
  private int retriesInFlight;
  private boolean lastProbeWasRetry;
  private long concludedRecords;

  WriteStage(
      BatchWrites writes,
      Results results,
      BatchLimits limits,
      Backoff backoff,
      LongSupplier nanoClock) {
    this.writes = writes;
    this.results = results;
    this.limits = limits;
    this.nanoClock = nanoClock;
    this.database = new DatabaseState(backoff, nanoClock);
    this.retries = new RetryQueue(limits, backoff, nanoClock);
    this.suspected = writes.suspected();
    this.isolation = new Isolation(suspected, backoff, nanoClock);
  }

  /** Whether a batch of new records may be written now. */
  boolean mayWriteNew() {
    if (database.nanosUntilWrite() > 0) {
      return false;
    }
    if (database.isDown()) {
      return freshInFlight + retriesInFlight == 0 && (retries.size() == 0 || lastProbeWasRetry);
    }
    return hasSlot();
  }

  /** Whether the next batch of new records must wait until a write in flight has ended. */
  boolean awaitsAnswer() {
    return database.isDown() ? freshInFlight + retriesInFlight > 0 : !hasSlot();
  }

  /** Nanoseconds until new records may be written if a slot is free. */
  long nanosUntilNewWrite() {
    return Math.max(0, database.nanosUntilWrite());
  }

  /** Writes new records. Requires that {@link #mayWriteNew} is true. */
  void writeNew(Batch batch, List<PendingRecord> events) {
    lastProbeWasRetry = false;
    write(Origin.FRESH, batch, events, List.of());
  }

  /** Ends the writes that have timed out and starts the retries that are due. */
  void run() {
    writes.endOverdue();
    RetryRecord isolated = isolation.takeDue();
    if (isolated != null) {
      retry(Origin.ISOLATED, List.of(isolated));
    }
    if (retries.size() > 0 && isRetrySlotFree() && nanosUntilRetry() <= 0) {
      lastProbeWasRetry = true;
      retry(Origin.RETRY, retries.take());
    }
  }

  /** Nanoseconds until {@link #run} has work, if no write ends before. */
  long nanosUntilNext() {
    long next = Math.min(isolation.nanosUntilDue(), writes.nanosUntilTimeout());
    if (retries.size() > 0 && isRetrySlotFree()) {
      next = Math.min(next, nanosUntilRetry());
    }
    return Math.max(0, next);
  }

  /** The state of MongoDB, as the writes show it. */
  DatabaseState database() {
    return database;
  }

  /** Records that wait for a retry, including isolated records. */
  int waitingRecords() {
    return retries.size() + isolation.size();
  }

  int isolatedRecords() {
    return isolation.size();
  }

  /** Memory of isolated records, in bytes. The number of isolated records is bounded. */
  long isolatedBytes() {
    return isolation.heldBytes();
  }

  /**
   * Whether no write is in flight and no record waits for a retry. Isolated records do not count.
   */
  boolean isIdle() {
    return freshInFlight + retriesInFlight == 0 && retries.size() == 0;
  }

  /**
   * Discards the records whose assignment has ended. Outcomes that arrive for them later are
   * ignored.
   */
  void discardEnded() {
    retries.removeIf(RetryRecord::isDiscarded).forEach(this::discard);
    isolation.removeIf(RetryRecord::isDiscarded).forEach(this::discard);
  }

  private boolean hasSlot() {
    return freshInFlight < (database.isSlowedDown() ? 1 : limits.batchesInFlight());
  }

  private boolean isRetrySlotFree() {
    return retriesInFlight == 0 && (!database.isDown() || freshInFlight == 0);
  }

  // While MongoDB is down, the backoff of the probes applies. Recovery ends the backoff of the
  // retry queue.
  private long nanosUntilRetry() {
    return database.isDown()
        ? database.nanosUntilWrite()
        : Math.max(retries.nanosUntilDue(), database.nanosUntilWrite());
  }

  private void retry(Origin origin, List<RetryRecord> history) {
    Batch batch = new Batch(nanoClock.getAsLong(), false);
    write(origin, batch, history.stream().map(RetryRecord::record).toList(), history);
  }

  private void write(
      Origin origin, Batch batch, List<PendingRecord> events, List<RetryRecord> history) {
    Write write = new Write(origin, batch, events, history, concludedRecords);
    List<EventDocument> documents = events.stream().map(PendingRecord::document).toList();
    // Counted last, so that an Error before this line does not take a slot permanently.
    switch (origin) {
      case FRESH -> freshInFlight++;
      case RETRY -> retriesInFlight++;
      case ISOLATED -> {}
    }
    writes.start(documents, outcomes -> ended(write, outcomes));
  }

  private void ended(Write write, List<WriteOutcome> outcomes) {
    switch (write.origin()) {
      case FRESH -> freshInFlight--;
      case RETRY -> retriesInFlight--;
      case ISOLATED -> isolation.written();
    }
    List<Unconcluded> unconcluded = passOnConcluded(write, outcomes);
    int concluded = outcomes.size() - unconcluded.size();
    concludedRecords += concluded;
    // The state of MongoDB first: its recovery ends the backoff of the retry queue, and
    // updateRetries may begin another one.
    if (concluded > 0 && database.recovered()) {
      retries.retryNow();
    }
    if (write.origin() != Origin.ISOLATED) {
      updateDatabase(write, unconcluded);
      updateRetries(write, unconcluded);
    }
    // The records go to their queues last, when it is known whether isolation is suspended.
    if (suspected.isSuspended()) {
      isolation.removeIf(retry -> true).forEach(retries::add);
    }
    unconcluded.forEach(failed -> retryLater(write, failed));
    results.ended(write.batch());
  }

  /** Passes on the outcome of each record that is concluded, and returns the other records. */
  private List<Unconcluded> passOnConcluded(Write write, List<WriteOutcome> outcomes) {
    List<Unconcluded> unconcluded = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      PendingRecord record = write.records().get(i);
      switch (outcomes.get(i)) {
        case WriteOutcome.Stored stored -> results.stored(record, write.batch());
        case WriteOutcome.AlreadyStored stored -> results.alreadyStored(record, write.batch());
        case WriteOutcome.Rejected rejected ->
            results.rejected(record, write.batch(), rejected, write.attempts(i));
        case WriteOutcome.NotConfirmed failed ->
            unconcluded.add(new Unconcluded(write.retry(i), failed));
      }
    }
    return unconcluded;
  }

  private void updateDatabase(Write write, List<Unconcluded> unconcluded) {
    if (unconcluded.isEmpty()) {
      database.tookAll();
    } else if (provesOutage(write)) {
      database.failed(unconcluded.getLast().outcome().cause(), isAnswered(unconcluded));
    } else if (unconcluded.stream().anyMatch(this::asksForFewerWrites)) {
      database.slowDown();
    }
  }

  /**
   * Whether a failed write shows that MongoDB is down: neither this write nor another one has
   * concluded a record since it began. A retry does not show the begin of an outage, because its
   * records failed before; it only shows that the outage lasts.
   */
  private boolean provesOutage(Write write) {
    boolean nothingConcluded = concludedRecords == write.concludedBefore();
    return nothingConcluded && (write.origin() == Origin.FRESH || database.isDown());
  }

  private boolean asksForFewerWrites(Unconcluded failed) {
    return WriteFailures.isThrottled(failed.outcome().cause())
        || (failed.outcome().perDocument() && suspected.isSuspended());
  }

  private void updateRetries(Write write, List<Unconcluded> unconcluded) {
    if (write.origin() == Origin.FRESH) {
      if (!unconcluded.isEmpty()) {
        retries.pauseIfDue();
      }
    } else if (unconcluded.isEmpty()) {
      retries.succeeded();
    } else if (isAnswered(unconcluded)) {
      retries.failed();
    } else {
      retries.unanswered();
    }
  }

  /**
   * Whether the reply has results of single documents, which means that the server tried each
   * document.
   */
  private static boolean isAnswered(List<Unconcluded> unconcluded) {
    return unconcluded.stream()
        .anyMatch(failed -> failed.outcome().cause() instanceof DocumentWriteException);
  }

  private void retryLater(Write write, Unconcluded failed) {
    RetryRecord retry = failed.retry();
    if (write.records().size() == 1) {
      retry.failedAlone(write.concludedBefore());
    }
    if (retry.isDiscarded()) {
      discard(retry);
      return;
    }
    boolean saysNothingAboutMongo =
        write.origin() == Origin.ISOLATED
            || failed.outcome().perDocument()
            || retry.failsWhileOthersConclude();
    if (saysNothingAboutMongo && isolation.hasCapacity()) {
      isolation.add(retry, failed.outcome().cause());
    } else {
      retries.add(retry);
    }
  }

  private void discard(RetryRecord retry) {
    suspected.forget(retry.document());
    results.discarded(retry.record());
  }
}
