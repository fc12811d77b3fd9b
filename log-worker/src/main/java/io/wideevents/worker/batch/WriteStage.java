package io.wideevents.worker.batch;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventDocument;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.Suspect;
import io.wideevents.mongo.WriteFailures;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.Backoff;
import io.wideevents.worker.batch.Write.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each record until it is stored or proven unstorable.
 *
 * <p>Invariant: as long as MongoDB stores any document, every other record makes progress. Three
 * kinds of write maintain it. New records are written in batches, several at a time. A record
 * without a conclusive outcome waits in the {@link RetryQueue}, which has one write in flight at a
 * time. A record whose failures say nothing about MongoDB waits in {@link Isolation}, which also
 * has one write in flight at a time. A record that waits for a retry therefore holds no batch slot.
 * A write without an answer times out at its deadline and then releases its slot.
 *
 * <p>MongoDB counts as down when a write of new records concludes no record and no other write
 * concluded one in the meantime. A failed retry alone does not count, since its records failed
 * before. While MongoDB is down, one write at a time probes it, with backoff, alternately from the
 * retry queue and with one new record.
 */
final class WriteStage {
  private static final Logger LOG = LoggerFactory.getLogger(WriteStage.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  /** Receives the outcome of each record, once, and the end of each batch, once. */
  interface Results {
    void stored(PendingRecord record, Batch batch);

    void alreadyStored(PendingRecord record, Batch batch);

    void unstorable(
        PendingRecord record, Batch batch, DeadLetterReason reason, String error, int attempts);

    void handedBack(PendingRecord record);

    void ended(Batch batch);
  }

  private record Open(RetryRecord retry, WriteOutcome.NotConfirmed outcome) {}

  private final BatchWriter writer;
  private final Executor pollingThread;
  private final Results results;
  private final DatabaseState database;
  private final LongSupplier nanoClock;
  private final BatchLimits limits;
  private final RetryQueue retries;
  private final Isolation isolation;
  private final LogThrottle isolationLog;
  private final List<Write> inFlight = new ArrayList<>();
  private boolean lastProbeWasRetry;
  private long storedDocuments;
  private long answeredDocuments;

  WriteStage(
      BatchWriter writer,
      Executor pollingThread,
      Results results,
      DatabaseState database,
      Backoff backoff,
      LongSupplier nanoClock,
      BatchLimits limits) {
    this.writer = writer;
    this.pollingThread = pollingThread;
    this.results = results;
    this.database = database;
    this.nanoClock = nanoClock;
    this.limits = limits;
    this.retries = new RetryQueue(limits, backoff, nanoClock);
    this.isolation = new Isolation(backoff, nanoClock);
    this.isolationLog = new LogThrottle(LOG_INTERVAL, nanoClock);
  }

  boolean mayStart() {
    if (database.nanosUntilWrite() > 0) {
      return false;
    }
    if (database.isDown()) {
      return inFlight(Origin.FRESH) + inFlight(Origin.RETRY) == 0
          && (retries.size() == 0 || lastProbeWasRetry);
    }
    return hasSlot();
  }

  /** Whether a batch of new records may be written only after a write in flight has ended. */
  boolean awaitsAnswer() {
    return database.isDown() ? inFlight(Origin.FRESH) + inFlight(Origin.RETRY) > 0 : !hasSlot();
  }

  /** Nanoseconds until new records may be written if a slot is free. */
  long nanosUntilStart() {
    return Math.max(0, database.nanosUntilWrite());
  }

  /** Writes new records. Requires that {@link #mayStart} is true. */
  void start(Batch batch, List<PendingRecord> events) {
    lastProbeWasRetry = false;
    start(Origin.FRESH, batch, events, List.of());
  }

  /** Ends the writes that have timed out and starts the retries that are due. */
  void run() {
    giveUpOverdue();
    updateIsolation();
    isolation
        .takeDue()
        .ifPresent(
            retry -> start(Origin.ISOLATED, newBatch(), List.of(retry.record()), List.of(retry)));
    if (mayRetry()) {
      lastProbeWasRetry = true;
      List<RetryRecord> next = retries.take();
      start(Origin.RETRY, newBatch(), next.stream().map(RetryRecord::record).toList(), next);
    }
  }

  /** Nanoseconds until {@link #run} has work without a write ending first. */
  long nanosUntilNext() {
    long next = isolation.nanosUntilDue();
    long now = nanoClock.getAsLong();
    for (Write write : inFlight) {
      next = Math.min(next, write.deadlineNanos() - now);
    }
    if (retries.size() > 0 && isRetryLaneFree()) {
      next = Math.min(next, nanosUntilRetry());
    }
    return Math.max(0, next);
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
    return inFlight(Origin.FRESH) + inFlight(Origin.RETRY) == 0 && retries.size() == 0;
  }

  /** How long the oldest write has been in flight; zero when there is none. */
  Duration oldestInFlight() {
    return inFlight.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(nanoClock.getAsLong() - inFlight.getFirst().batch().startNanos());
  }

  /**
   * Discards the records whose assignment has ended. Outcomes that arrive for them later are
   * ignored.
   */
  void dropVoid() {
    retries.removeIf(RetryRecord::isVoid).forEach(this::handBack);
    isolation.removeIf(RetryRecord::isVoid).forEach(this::handBack);
  }

  private boolean hasSlot() {
    int allowed = database.isSlowedDown() ? 1 : limits.batchesInFlight();
    return inFlight(Origin.FRESH) < allowed;
  }

  private boolean mayRetry() {
    return retries.size() > 0 && isRetryLaneFree() && nanosUntilRetry() <= 0;
  }

  private boolean isRetryLaneFree() {
    return inFlight(Origin.RETRY) == 0 && (!database.isDown() || inFlight(Origin.FRESH) == 0);
  }

  // While MongoDB is down, its probes have their own backoff. Recovery ends the backoff of the
  // retry queue.
  private long nanosUntilRetry() {
    return database.isDown()
        ? database.nanosUntilWrite()
        : Math.max(retries.nanosUntilDue(), database.nanosUntilWrite());
  }

  private int inFlight(Origin origin) {
    int count = 0;
    for (Write write : inFlight) {
      count += write.origin() == origin ? 1 : 0;
    }
    return count;
  }

  private Batch newBatch() {
    return new Batch(nanoClock.getAsLong(), false);
  }

  private void start(
      Origin origin, Batch batch, List<PendingRecord> events, List<RetryRecord> history) {
    Write write =
        new Write(
            origin,
            batch,
            events,
            history,
            storedDocuments,
            answeredDocuments,
            nanoClock.getAsLong() + limits.writeTimeout().toNanos());
    inFlight.add(write);
    // The outcome is passed on as a task, so that a bug in its processing surfaces on the polling
    // thread.
    CompletableFuture<?> unused =
        write(events)
            .whenComplete(
                (outcomes, failure) ->
                    pollingThread.execute(() -> answered(write, outcomes, failure)));
  }

  private CompletableFuture<List<WriteOutcome>> write(List<PendingRecord> events) {
    try {
      return writer.write(events.stream().map(WriteStage::document).toList());
    } catch (RuntimeException | Error e) {
      // An Error is caught as well: a slot that is never released would stop the worker.
      return CompletableFuture.failedFuture(e);
    }
  }

  private void giveUpOverdue() {
    long now = nanoClock.getAsLong();
    List<Write> overdue =
        inFlight.stream().filter(write -> write.deadlineNanos() - now <= 0).toList();
    overdue.forEach(
        write ->
            answered(
                write,
                null,
                new TimeoutException(
                    "MongoDB did not answer a write of %d events within %d s"
                        .formatted(write.records().size(), limits.writeTimeout().toSeconds()))));
  }

  // Identity matters: two writes with equal components are different writes.
  @SuppressWarnings("ReferenceEquality")
  private void answered(
      Write write, @Nullable List<WriteOutcome> outcomes, @Nullable Throwable failure) {
    if (!inFlight.removeIf(each -> each == write)) {
      return; // late answer: the write has timed out and its records are retried
    }
    if (outcomes != null && outcomes.size() == write.records().size()) {
      conclude(write, outcomes);
    } else {
      WriteOutcome none = new WriteOutcome.NotConfirmed(false, asCause(failure, write));
      conclude(write, Collections.nCopies(write.records().size(), none));
    }
    results.ended(write.batch());
  }

  private void conclude(Write write, List<WriteOutcome> outcomes) {
    List<Open> open = new ArrayList<>();
    for (int i = 0; i < outcomes.size(); i++) {
      if (outcomes.get(i) instanceof WriteOutcome.NotConfirmed notConfirmed) {
        open.add(new Open(write.retry(i), notConfirmed));
      } else {
        conclude(write, i, outcomes.get(i));
      }
    }
    int answered = outcomes.size() - open.size();
    answeredDocuments += answered;
    if (answered > 0 && database.answered()) {
      retries.retryNow();
    }
    if (write.origin() == Origin.ISOLATED) {
      isolation.written();
      open.forEach(failed -> isolatedFailed(write, failed));
    } else {
      judgeDatabase(write, open, answered);
      keepForRetry(write, open);
    }
  }

  private void conclude(Write write, int place, WriteOutcome outcome) {
    PendingRecord record = write.records().get(place);
    if (!write.retries().isEmpty()) {
      isolation.explained(write.retries().get(place));
    }
    switch (outcome) {
      case WriteOutcome.Stored stored -> {
        storedDocuments++;
        results.stored(record, write.batch());
      }
      case WriteOutcome.AlreadyStored stored -> results.alreadyStored(record, write.batch());
      case WriteOutcome.Conflict conflict ->
          results.unstorable(
              record,
              write.batch(),
              DeadLetterReason.ID_CONFLICT,
              "The id is taken by an event with other content",
              write.attempts(place));
      case WriteOutcome.Refused refused ->
          results.unstorable(
              record,
              write.batch(),
              DeadLetterReason.REFUSED_BY_DATABASE,
              "MongoDB error " + refused.code() + ": " + refused.message(),
              write.attempts(place));
      case WriteOutcome.NotConfirmed open -> throw new IllegalStateException("Not concluded");
    }
  }

  /**
   * Updates the state of MongoDB and of the retry queue after a write of new records or of retries.
   */
  private void judgeDatabase(Write write, List<Open> open, int answered) {
    if (open.isEmpty()) {
      database.tookAll();
    } else if (answered == 0
        && answeredDocuments == write.answeredBefore()
        && (write.origin() == Origin.FRESH || database.isDown())) {
      database.failed(open.getLast().outcome().cause(), isAnswered(open));
    } else if (open.stream().anyMatch(failed -> WriteFailures.isThrottled(failed.outcome().cause()))
        || (isolation.isSuspended()
            && open.stream().anyMatch(failed -> failed.outcome().perDocument()))) {
      database.slowDown();
    }
    if (write.origin() == Origin.RETRY && open.isEmpty()) {
      retries.succeeded();
    } else if (write.origin() == Origin.RETRY && !isAnswered(open)) {
      retries.unanswered();
    } else if (write.origin() == Origin.RETRY) {
      retries.failed();
    } else if (!open.isEmpty()) {
      retries.pauseIfDue();
    }
  }

  /** Whether the server answered for single documents, which means that it tried each document. */
  private static boolean isAnswered(List<Open> open) {
    return open.stream()
        .anyMatch(failed -> failed.outcome().cause() instanceof DocumentWriteException);
  }

  private void keepForRetry(Write write, List<Open> open) {
    for (Open failed : open) {
      if (write.records().size() == 1) {
        failed.retry().failedAlone(write.answeredBefore());
      }
      if (failed.retry().isVoid()) {
        handBack(failed.retry());
      } else if (isProven(failed)) {
        reject(write, failed);
      } else if (failed.outcome().perDocument()) {
        isolation.unexplained(failed.retry());
      } else {
        isolation.explained(failed.retry());
      }
    }
    updateIsolation();
    for (Open failed : open) {
      RetryRecord retry = failed.retry();
      if (retry.isVoid() || isProven(failed)) {
        continue;
      }
      boolean saysNothingAboutMongo =
          failed.outcome().perDocument() || retry.failsWhileOthersAreAnswered();
      if (saysNothingAboutMongo && isolation.hasCapacity()) {
        isolation.add(retry);
        logIsolated(failed);
      } else {
        retries.add(retry);
      }
    }
  }

  private void isolatedFailed(Write write, Open failed) {
    RetryRecord retry = failed.retry();
    retry.failedAlone(write.answeredBefore());
    if (retry.isVoid()) {
      handBack(retry);
      return;
    }
    if (isProven(failed)) {
      reject(write, failed);
      return;
    }
    if (failed.outcome().perDocument()) {
      isolation.unexplained(retry);
      if (!isolation.isSuspended()
          && retry
              .suspect()
              .failedAlone(code(failed), write.storedBefore(), nanoClock.getAsLong())) {
        isolation.prove(retry, code(failed));
        reject(write, failed);
        return;
      }
    } else {
      isolation.explained(retry);
    }
    if (isolation.hasCapacity()) {
      isolation.add(retry);
    } else {
      retries.add(retry);
    }
  }

  private boolean isProven(Open failed) {
    return failed.outcome().perDocument() && isolation.isProven(failed.retry(), code(failed));
  }

  private void reject(Write write, Open failed) {
    isolation.explained(failed.retry());
    results.unstorable(
        failed.retry().record(),
        write.batch(),
        DeadLetterReason.REFUSED_BY_DATABASE,
        "Failed alone %d times while others were stored: %s"
            .formatted(Suspect.FAILURES, WriteFailures.text(failed.outcome().cause())),
        failed.retry().attempts());
  }

  private static int code(Open failed) {
    return WriteFailures.code(failed.outcome().cause()).orElse(0);
  }

  private void updateIsolation() {
    boolean wasSuspended = isolation.isSuspended();
    isolation.update().forEach(retries::add);
    isolation.takeFrom(retries);
    if (isolation.isSuspended() && !wasSuspended) {
      LOG.atWarn()
          .addKeyValue("records", retries.size())
          .log(
              "MongoDB fails on many records with unlisted errors; they are retried together and"
                  + " none becomes a dead letter for it");
    } else if (wasSuspended && !isolation.isSuspended()) {
      LOG.info("MongoDB fails on few records with unlisted errors again");
    }
  }

  private void logIsolated(Open failed) {
    isolationLog
        .tryShow()
        .ifPresent(
            notShown -> {
              var source = failed.retry().record().source();
              Throwable cause = failed.outcome().cause();
              LOG.atWarn()
                  .addKeyValue("topic", source.topic())
                  .addKeyValue("partition", source.partition())
                  .addKeyValue("offset", source.offset())
                  .addKeyValue("code", WriteFailures.code(cause).orElse(0))
                  .addKeyValue("error", WriteFailures.text(cause))
                  .addKeyValue("notShown", notShown)
                  .log(
                      "MongoDB failed on a record while it took others; the record is retried alone");
            });
  }

  private void handBack(RetryRecord retry) {
    isolation.explained(retry);
    results.handedBack(retry.record());
  }

  static EventDocument document(PendingRecord record) {
    return switch (record.content()) {
      case RecordResult.Decoded decoded -> decoded.document();
      case RecordResult.Poison poison ->
          throw new IllegalStateException("A poison message is not written: " + poison.reason());
    };
  }

  private static Throwable asCause(@Nullable Throwable failure, Write write) {
    return failure == null
        ? new IllegalStateException(
            "The writer gave another number of outcomes than the "
                + write.records().size()
                + " documents it was given")
        : failure;
  }
}
