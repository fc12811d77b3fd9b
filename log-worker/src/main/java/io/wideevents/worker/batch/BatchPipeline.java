package io.wideevents.worker.batch;

import io.wideevents.codec.DeadLetterReason;
import io.wideevents.codec.RecordResult;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.worker.deadletter.DeadLetter;
import io.wideevents.worker.deadletter.DeadLetterBrake;
import io.wideevents.worker.deadletter.DeadLetterSink;
import io.wideevents.worker.metrics.WorkerMetrics;
import io.wideevents.worker.retry.Backoff;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes decoded records and settles each: stored in the database or kept as a dead letter, and only
 * then complete for its partition. Never waits: {@link #run} starts what may start, and results
 * come back through the polling thread's queue.
 *
 * <p>Memory is bounded by its caller, who feeds it only while it {@link #wantsRecords}. Not
 * thread-safe: belongs to the polling thread.
 */
public final class BatchPipeline {
  private static final Logger LOG = LoggerFactory.getLogger(BatchPipeline.class);

  private final BatchLimits limits;
  private final BatchAccumulator accumulator;
  private final DatabaseState database;
  private final WriteStage writes;
  private final DeadLetterStage deadLetters;
  private final DeadLetterBrake brake;
  private final WorkerMetrics metrics;
  private final Consumer<SettledBatch> settled;
  private final InstantSource clock;
  private final LongSupplier nanoClock;

  // Oldest first.
  private final Set<Batch> inFlight = new LinkedHashSet<>();
  private int heldRecords;
  private long heldBytes;

  /**
   * @param pollingThread runs its tasks on the polling thread
   * @param settled told of every batch, once all of it is settled
   * @param clock wall clock, for the age of events
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  public BatchPipeline(
      BatchLimits limits,
      BatchWriter writer,
      DeadLetterSink sink,
      DeadLetterBrake brake,
      Executor pollingThread,
      WorkerMetrics metrics,
      Consumer<SettledBatch> settled,
      Backoff backoff,
      InstantSource clock,
      LongSupplier nanoClock) {
    this.limits = limits;
    this.brake = brake;
    this.metrics = metrics;
    this.settled = settled;
    this.clock = clock;
    this.nanoClock = nanoClock;
    accumulator = new BatchAccumulator(limits);
    database = new DatabaseState(backoff, nanoClock);
    Results results = new Results();
    writes =
        new WriteStage(
            writer, pollingThread, results, database, backoff, nanoClock, limits.batchesInFlight());
    deadLetters = new DeadLetterStage(sink, pollingThread, results, backoff, nanoClock);
  }

  /** Takes over a record. Always accepts; see {@link #wantsRecords}. */
  public void accept(PendingRecord record) {
    heldRecords++;
    heldBytes += record.heldBytes();
    accumulator.add(record);
  }

  /**
   * Seals the batches that are due, starts the writes and sends the dead letters that may go now.
   *
   * @param moreToCome whether the next poll is known to bring records at once
   */
  public void run(boolean moreToCome) {
    while (mayStartBatch() && accumulator.isDue(nanoClock.getAsLong(), moreToCome)) {
      if (brake.isEngaged()) {
        brake.trialStarted();
        start(accumulator.take(limits.events()), true);
      } else {
        start(accumulator.take(), false);
      }
    }
    writes.run();
    deadLetters.run();
  }

  /** Nanoseconds until {@link #run} has something to do by itself; at most zero when it has now. */
  public long nanosUntilNextRun() {
    long next = Math.min(writes.nanosUntilNext(), deadLetters.nanosUntilNext());
    if (accumulator.size() == 0) {
      return next;
    }
    if (!hasRoomForBatch()) {
      return next; // a result makes room, and wakes the thread
    }
    return mayStartBatch()
        ? Math.min(next, accumulator.nanosUntilDue(nanoClock.getAsLong()))
        : Math.min(next, brake.nanosUntilTrial());
  }

  /** Makes everything that waits due at once. */
  public void flush() {
    accumulator.flush();
  }

  /** Whether records should be polled: there is room, and what is polled will be worked on. */
  public boolean wantsRecords() {
    if (heldRecords >= limits.heldRecords() || heldBytes >= limits.heldBytes()) {
      return false;
    }
    if (brake.isEngaged()) {
      return accumulator.size() < limits.events();
    }
    // With nothing left to probe a dead database with, new records have to do it.
    return !database.isDown() || heldRecords == 0;
  }

  /** Whether the database took no write since it was last tried. Any thread may ask. */
  public boolean isDatabaseDown() {
    return database.isDown();
  }

  /** Whether the brake holds everything but trial batches. */
  public boolean isBraked() {
    return brake.isEngaged();
  }

  /** Whether no batch is being worked on; records may wait for theirs. */
  public boolean isIdle() {
    return inFlight.isEmpty();
  }

  /** Records that were accepted and are not settled. */
  public int heldRecords() {
    return heldRecords;
  }

  /** How long the oldest batch in flight has been worked on; zero when there is none. */
  public Duration oldestInFlight() {
    return inFlight.isEmpty()
        ? Duration.ZERO
        : Duration.ofNanos(nanoClock.getAsLong() - inFlight.iterator().next().sealedNanos());
  }

  /** Gives up the records whose assignment has ended. Results of theirs still to come are void. */
  public void dropVoid() {
    accumulator.dropVoid(this::release);
    writes.dropVoid();
    deadLetters.dropVoid();
  }

  private boolean mayStartBatch() {
    return hasRoomForBatch() && (!brake.isEngaged() || brake.nanosUntilTrial() <= 0);
  }

  private boolean hasRoomForBatch() {
    return inFlight.size() < limits.batchesInFlight() && (!database.isDown() || inFlight.isEmpty());
  }

  private void start(List<PendingRecord> records, boolean trial) {
    Batch batch = new Batch(records, nanoClock.getAsLong(), trial);
    inFlight.add(batch);
    List<PendingRecord> events = new ArrayList<>(records.size());
    for (PendingRecord record : records) {
      switch (record.content()) {
        case RecordResult.Decoded decoded -> events.add(record);
        case RecordResult.Poison poison ->
            deadLetter(record, batch, poison.reason(), poison.message(), 0);
      }
    }
    if (!events.isEmpty()) {
      writes.submit(batch, events);
    }
  }

  private void deadLetter(
      PendingRecord record, Batch batch, DeadLetterReason reason, String error, int attempts) {
    if (brake.deadLettered(reason)) {
      LOG.atError()
          .addKeyValue("reason", reason.label())
          .log(
              "More than half of the last minute's records became dead letters; polling stops but"
                  + " for one trial batch a minute. Was a wrong version deployed? MQ_DLQ_BRAKE=off"
                  + " lets them all go");
    }
    deadLetters.submit(record, batch, new DeadLetter(record.source(), reason, error, attempts));
  }

  // An answer that comes after the partition has gone counts for nothing: its next owner asks anew.
  private boolean voided(PendingRecord record, Batch batch) {
    if (!record.place().isVoid()) {
      return false;
    }
    handBack(record, batch);
    return true;
  }

  private void succeeded(PendingRecord record, Batch batch) {
    brake.stored(1);
    batch.stored();
    settle(record, batch);
  }

  private void settle(PendingRecord record, Batch batch) {
    record.place().complete();
    heldRecords--;
    heldBytes -= record.heldBytes();
    endIfSettled(batch);
  }

  private void handBack(PendingRecord record, Batch batch) {
    release(record);
    batch.handedBack();
    endIfSettled(batch);
  }

  private void release(PendingRecord record) {
    metrics.handedBack();
    heldRecords--;
    heldBytes -= record.heldBytes();
  }

  private void endIfSettled(Batch batch) {
    if (!batch.isSettled()) {
      return;
    }
    inFlight.remove(batch);
    Duration took = Duration.ofNanos(nanoClock.getAsLong() - batch.sealedNanos());
    SettledBatch end = new SettledBatch(batch.storedRecords(), batch.deadLetters(), took);
    if (batch.isTrial() && brake.trialEnded(end.records(), batch.countedDeadLetters())) {
      LOG.atInfo().log("A trial batch was stored; the dead-letter brake is released");
    }
    if (end.records() > 0) {
      metrics.batchSettled(end.records(), took);
      settled.accept(end);
    }
  }

  /** What the stages tell, record by record. */
  private final class Results implements WriteStage.Results, DeadLetterStage.Results {
    @Override
    public void stored(PendingRecord record, Batch batch) {
      if (voided(record, batch)) {
        return;
      }
      if (record.content() instanceof RecordResult.Decoded decoded) {
        metrics.stored(Duration.between(decoded.receivedAt(), clock.instant()));
      }
      succeeded(record, batch);
    }

    @Override
    public void alreadyStored(PendingRecord record, Batch batch) {
      if (!voided(record, batch)) {
        metrics.duplicate();
        succeeded(record, batch);
      }
    }

    @Override
    public void unstorable(
        PendingRecord record, Batch batch, DeadLetterReason reason, String error, int attempts) {
      if (!voided(record, batch)) {
        deadLetter(record, batch, reason, error, attempts);
      }
    }

    @Override
    public void deadLettered(PendingRecord record, Batch batch, DeadLetter letter) {
      if (voided(record, batch)) {
        return;
      }
      metrics.deadLettered(letter.reason());
      batch.deadLettered(DeadLetterBrake.counts(letter.reason()));
      settle(record, batch);
    }

    @Override
    public void handedBack(PendingRecord record, Batch batch) {
      handBack(record, batch);
    }
  }
}
