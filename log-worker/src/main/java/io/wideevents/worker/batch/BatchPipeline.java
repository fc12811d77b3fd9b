package io.wideevents.worker.batch;

import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.log.RejectionLog;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.mongo.batch.BatchWrites;
import io.wideevents.time.Backoff;
import io.wideevents.time.Clocks;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterCircuitBreaker;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes decoded records and completes each of them. A record and its offset are complete when the
 * record is stored in the database or acknowledged as a dead letter. Does not block: {@link #run}
 * starts writes, and their results arrive as tasks on the polling thread.
 *
 * <p>A record that waits for a retry or for the dead-letter topic holds no batch slot. Memory is
 * the only limit on such records. {@link WriteStage} has the invariant.
 *
 * <p>The caller bounds memory: it passes records only while {@link #wantsRecords} is true. Not
 * thread-safe: belongs to the polling thread.
 */
public final class BatchPipeline {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPipeline.class);

  // Longer than a record waits for its next write, which may take more than an hour while a part of
  // MongoDB does not answer. WriteStage forgets a record that is discarded.
  private static final Duration SUSPECTED_FOR = Duration.ofDays(1);

  /**
   * Where records go.
   *
   * @param database stores the records
   * @param deadLetters receives the records that cannot be stored
   * @param breaker the dead-letter circuit breaker, which opens when too many records become dead
   *     letters
   * @param pollingThread runs its tasks on the polling thread; the outcomes arrive there
   */
  public record Destinations(
      BatchWriter database,
      DeadLetterSink deadLetters,
      DeadLetterCircuitBreaker breaker,
      Executor pollingThread) {}

  /**
   * The receivers of the results.
   *
   * @param metrics counts records
   * @param batches receives the result of each write that stored or rejected a record
   */
  public record Reports(WorkerMetrics metrics, Consumer<CompletedBatch> batches) {}

  private final RejectionLog deadLettersLog =
      new RejectionLog(LOG, "Records went to the dead-letter topic", "reason");
  private final BatchLimits limits;
  private final DeadLetterCircuitBreaker breaker;
  private final Reports reports;
  private final Clocks clocks;
  private final BatchAccumulator accumulator;
  private final BatchWrites inFlight;
  private final WriteStage writes;
  private final DeadLetterStage deadLetters;

  private int heldRecords;
  private long heldBytes;
  private boolean full;
  private long fullSinceNanos;

  public BatchPipeline(
      BatchLimits limits,
      Destinations destinations,
      Reports reports,
      Backoff backoff,
      Clocks clocks) {
    this.limits = limits;
    this.breaker = destinations.breaker();
    this.reports = reports;
    this.clocks = clocks;
    Results results = new Results();
    accumulator = new BatchAccumulator(limits);
    inFlight =
        new BatchWrites(
            destinations.database(),
            destinations.pollingThread(),
            limits.writeTimeout(),
            SUSPECTED_FOR,
            clocks.nano());
    writes = new WriteStage(inFlight, results, limits, backoff, clocks.nano());
    deadLetters =
        new DeadLetterStage(
            destinations.deadLetters(),
            destinations.pollingThread(),
            results,
            backoff,
            clocks.nano());
  }

  /** Accepts a record, also while {@link #wantsRecords} is false. */
  public void accept(PendingRecord record) {
    heldRecords++;
    heldBytes += record.heldBytes();
    accumulator.add(record);
  }

  /**
   * Seals the batches that are due, starts writes, and sends dead letters. Does not block.
   *
   * @param moreToCome whether the next poll is known to return records at once
   */
  public void run(boolean moreToCome) {
    while (mayStartBatch() && accumulator.isDue(now(), moreToCome)) {
      if (breaker.isOpen()) {
        breaker.probeStarted();
        start(accumulator.take(limits.events()), true);
      } else {
        // One record is enough for a probe. The other records stay out of the retry queue.
        start(isDatabaseDown() ? accumulator.take(1) : accumulator.take(), false);
      }
    }
    writes.run();
    deadLetters.run();
    updateFull();
  }

  /**
   * Nanoseconds until {@link #run} has work, if no result arrives before; zero or less when it has
   * work now.
   */
  public long nanosUntilNextRun() {
    long next = Math.min(writes.nanosUntilNext(), deadLetters.nanosUntilNext());
    if (accumulator.size() == 0 || writes.awaitsAnswer()) {
      return next; // an answer frees a slot and wakes the thread
    }
    long untilDue = accumulator.nanosUntilDue(now());
    long untilProbe = breaker.isOpen() ? breaker.nanosUntilProbe() : untilDue;
    return Math.min(next, Math.max(writes.nanosUntilNewWrite(), Math.max(untilDue, untilProbe)));
  }

  /** Makes all waiting records due at once. */
  public void flush() {
    accumulator.flush();
  }

  /** Whether records should be polled: memory is available, and a write could take them. */
  public boolean wantsRecords() {
    if (isFull()) {
      return false;
    }
    if (breaker.isOpen()) {
      return accumulator.size() < limits.events();
    }
    // While the database is down, a new record probes the database from time to time. The records
    // that wait for a retry may fail because of their content.
    return !isDatabaseDown() || accumulator.size() == 0;
  }

  /** Whether the most recent attempts to write to the database failed. */
  public boolean isDatabaseDown() {
    return writes.database().isDown();
  }

  /** A snapshot of the pipeline. */
  public PipelineStatus status() {
    return new PipelineStatus(
        // Without a pending record no write detects that MongoDB is available again. The caller
        // then has to ping MongoDB.
        isDatabaseDown() && heldRecords > 0,
        writes.database().downReason(),
        breaker.isOpen(),
        heldRecords,
        waitingRecords(),
        writes.isolatedRecords(),
        inFlight.oldest(),
        full ? Duration.ofNanos(now() - fullSinceNanos) : Duration.ZERO);
  }

  /**
   * Whether no work is in progress that may complete soon. Two kinds of records do not count:
   * isolated records that wait for their next write, and new records that wait for a probe of the
   * dead-letter circuit breaker.
   */
  public boolean isIdle() {
    return writes.isIdle() && deadLetters.isIdle() && (accumulator.size() == 0 || breaker.isOpen());
  }

  /**
   * Discards the records whose assignment has ended. Outcomes that arrive for them later are
   * ignored.
   */
  public void discardEnded() {
    accumulator.discardEnded(this::release);
    writes.discardEnded();
    deadLetters.discardEnded();
  }

  private long now() {
    return clocks.nano().getAsLong();
  }

  private int waitingRecords() {
    return writes.waitingRecords() + deadLetters.size();
  }

  private boolean isFull() {
    int newRecords = heldRecords - waitingRecords();
    // Isolated records do not count. They must not keep new records out: storing new records is the
    // evidence that decides about an isolated record.
    return newRecords >= limits.newRecords()
        || heldBytes - writes.isolatedBytes() >= limits.heldBytes();
  }

  private void updateFull() {
    boolean wasFull = full;
    full = isFull();
    if (full && !wasFull) {
      fullSinceNanos = now();
    }
  }

  private boolean mayStartBatch() {
    return writes.mayWriteNew() && (!breaker.isOpen() || breaker.nanosUntilProbe() <= 0);
  }

  private void start(List<PendingRecord> records, boolean probe) {
    Batch batch = new Batch(now(), probe);
    List<PendingRecord> events = new ArrayList<>(records.size());
    for (PendingRecord record : records) {
      if (record.place().isDiscarded()) {
        release(record);
        continue;
      }
      switch (record.content()) {
        case RecordResult.Decoded decoded -> events.add(record);
        case RecordResult.Poison poison ->
            deadLetter(record, batch, poison.reason(), poison.message(), 0);
      }
    }
    if (events.isEmpty()) {
      end(batch);
    } else {
      writes.writeNew(batch, events);
    }
  }

  private void deadLetter(
      PendingRecord record, Batch batch, DeadLetterReason reason, String error, int attempts) {
    if (breaker.deadLettered(reason)) {
      LOG.atError()
          .addKeyValue("reason", reason.label())
          .log(
              "Dead-letter circuit breaker opened; polling pauses, with one probe batch a minute."
                  + " {}",
              breaker.explain());
    }
    batch.unstorable();
    deadLetters.submit(record, new DeadLetter(record.source(), reason, error, attempts));
  }

  // An outcome that arrives after the partition was revoked is ignored. The partition's next owner
  // reads the record again.
  private boolean discardedIfRevoked(PendingRecord record) {
    if (!record.place().isDiscarded()) {
      return false;
    }
    release(record);
    return true;
  }

  private void succeeded(PendingRecord record, Batch batch) {
    breaker.stored(1);
    batch.stored();
    complete(record);
  }

  private void complete(PendingRecord record) {
    record.place().complete();
    heldRecords--;
    heldBytes -= record.heldBytes();
  }

  private void release(PendingRecord record) {
    reports.metrics().released();
    heldRecords--;
    heldBytes -= record.heldBytes();
  }

  private void end(Batch batch) {
    Duration took = Duration.ofNanos(now() - batch.startNanos());
    CompletedBatch end = new CompletedBatch(batch.storedEvents(), batch.deadLetters(), took);
    if (batch.isProbe() && breaker.probeEnded(end.records(), end.deadLettered())) {
      LOG.atInfo().log("A probe batch was stored; the dead-letter circuit breaker closed");
    }
    if (end.records() > 0) {
      reports.metrics().batchCompleted(end.records(), took);
      reports.batches().accept(end);
    }
  }

  /**
   * Logs the dead letters that no log line has counted yet. Call this at the end of the process.
   */
  public void logDeadLetters() {
    deadLettersLog.flush();
  }

  private static Map<String, Object> position(DeadLetter letter) {
    Map<String, Object> position = new LinkedHashMap<>();
    position.put("topic", letter.source().topic());
    position.put("partition", letter.source().partition());
    position.put("offset", letter.source().offset());
    return position;
  }

  private final class Results implements WriteStage.Results, DeadLetterStage.Results {
    @Override
    public void stored(PendingRecord record, Batch batch) {
      if (discardedIfRevoked(record)) {
        return;
      }
      if (record.content() instanceof RecordResult.Decoded decoded) {
        reports.metrics().stored(Duration.between(decoded.receivedAt(), clocks.wall().instant()));
      }
      succeeded(record, batch);
    }

    @Override
    public void alreadyStored(PendingRecord record, Batch batch) {
      if (!discardedIfRevoked(record)) {
        reports.metrics().duplicate();
        succeeded(record, batch);
      }
    }

    @Override
    public void rejected(
        PendingRecord record, Batch batch, WriteOutcome.Rejected why, int attempts) {
      if (!discardedIfRevoked(record)) {
        deadLetter(record, batch, why.reason(), why.text(), attempts);
      }
    }

    @Override
    public void ended(Batch batch) {
      end(batch);
    }

    @Override
    public void deadLettered(PendingRecord record, DeadLetter letter) {
      if (!discardedIfRevoked(record)) {
        reports.metrics().deadLettered(letter.reason());
        deadLettersLog.rejected(letter.reason().label(), 1, () -> position(letter));
        complete(record);
      }
    }

    @Override
    public void discarded(PendingRecord record) {
      release(record);
    }
  }
}
