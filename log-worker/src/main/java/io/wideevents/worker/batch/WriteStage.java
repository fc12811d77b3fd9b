package io.wideevents.worker.batch;

import io.wideevents.codec.DeadLetterReason;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.EventDocument;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.worker.retry.Backoff;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches until every record is stored or proven unstorable, however long that takes.
 *
 * <p>While the database is down one chunk at a time probes it, after a backoff; the chunks take
 * turns, and one that went unanswered twice is split, so that a record no server survives does not
 * keep its neighbours out. A record that the server answers with an error outside the closed list
 * is written alone, and dead-lettered when it proved to be the culprit ({@link
 * io.wideevents.mongo.Suspect}).
 *
 * <p>Not thread-safe: belongs to the polling thread.
 */
final class WriteStage {
  private static final Logger LOG = LoggerFactory.getLogger(WriteStage.class);

  private static final int FAILURES_BEFORE_SPLIT = 2;

  /** What is told about each record, exactly once. */
  interface Results {
    void stored(PendingRecord record, Batch batch);

    void alreadyStored(PendingRecord record, Batch batch);

    void unstorable(
        PendingRecord record, Batch batch, DeadLetterReason reason, String error, int attempts);

    void handedBack(PendingRecord record, Batch batch);
  }

  private final BatchWriter writer;
  private final Executor pollingThread;
  private final Results results;
  private final DatabaseState database;
  private final Backoff backoff;
  private final LongSupplier nanoClock;
  private final int maxWrites;

  // Differences, not values: nanoTime may overflow.
  private final PriorityQueue<Chunk> waiting =
      new PriorityQueue<>((a, b) -> Long.signum(a.notBeforeNanos() - b.notBeforeNanos()));
  private int writesInFlight;
  private long storedDocuments;

  WriteStage(
      BatchWriter writer,
      Executor pollingThread,
      Results results,
      DatabaseState database,
      Backoff backoff,
      LongSupplier nanoClock,
      int maxWrites) {
    this.writer = writer;
    this.pollingThread = pollingThread;
    this.results = results;
    this.database = database;
    this.backoff = backoff;
    this.nanoClock = nanoClock;
    this.maxWrites = maxWrites;
  }

  /** Takes over the events of a batch; they are written on the next {@link #run}. */
  void submit(Batch batch, List<PendingRecord> events) {
    waiting.add(new Chunk(batch, events, 0, nanoClock.getAsLong()));
  }

  /** Starts the writes that may start now. */
  void run() {
    for (Chunk next = waiting.peek(); next != null && mayStart(next); next = waiting.peek()) {
      waiting.remove();
      start(next);
    }
  }

  /** Nanoseconds until {@link #run} has something to do without a write ending first. */
  long nanosUntilNext() {
    Chunk next = waiting.peek();
    if (next == null || writesInFlight >= writesAllowed()) {
      return Long.MAX_VALUE;
    }
    long untilDue = next.notBeforeNanos() - nanoClock.getAsLong();
    return Math.max(0, Math.max(untilDue, database.nanosUntilProbe()));
  }

  /** Gives up what waits for a retry and has become void; what is being written follows. */
  void dropVoid() {
    List<Chunk> all = List.copyOf(waiting);
    waiting.clear();
    for (Chunk chunk : all) {
      Chunk valid = withoutVoid(chunk);
      if (!valid.records().isEmpty()) {
        waiting.add(valid);
      }
    }
  }

  private boolean mayStart(Chunk chunk) {
    return writesInFlight < writesAllowed()
        && chunk.notBeforeNanos() - nanoClock.getAsLong() <= 0
        && database.nanosUntilProbe() <= 0;
  }

  private int writesAllowed() {
    return database.isDown() ? 1 : maxWrites;
  }

  private void start(Chunk waited) {
    Chunk chunk = withoutVoid(waited);
    if (chunk.records().isEmpty()) {
      return;
    }
    writesInFlight++;
    long storedBefore = storedDocuments;
    // Handed over as a task, so that a bug in it surfaces on the polling thread.
    CompletableFuture<?> unused =
        write(chunk)
            .whenComplete(
                (outcomes, failure) ->
                    pollingThread.execute(() -> answered(chunk, outcomes, failure, storedBefore)));
  }

  private void answered(
      Chunk chunk,
      @Nullable List<WriteOutcome> outcomes,
      @Nullable Throwable failure,
      long storedBefore) {
    writesInFlight--;
    if (outcomes != null && outcomes.size() == chunk.records().size()) {
      written(chunk, outcomes, storedBefore);
    } else {
      unanswered(chunk, asCause(failure, chunk), storedBefore);
    }
  }

  private CompletableFuture<List<WriteOutcome>> write(Chunk chunk) {
    try {
      return writer.write(chunk.records().stream().map(WriteStage::document).toList());
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private void written(Chunk chunk, List<WriteOutcome> outcomes, long storedBefore) {
    List<Integer> answeredOpen = new ArrayList<>();
    List<PendingRecord> unansweredOpen = new ArrayList<>();
    Throwable cause = null;
    int stored = 0;
    for (int i = 0; i < outcomes.size(); i++) {
      PendingRecord record = chunk.records().get(i);
      Batch batch = chunk.batch();
      switch (outcomes.get(i)) {
        case WriteOutcome.Stored ok -> {
          stored++;
          results.stored(record, batch);
        }
        case WriteOutcome.AlreadyStored ok -> results.alreadyStored(record, batch);
        case WriteOutcome.Conflict conflict ->
            results.unstorable(
                record,
                batch,
                DeadLetterReason.ID_CONFLICT,
                "The id is taken by an event with other content",
                chunk.attempts());
        case WriteOutcome.Refused refused ->
            results.unstorable(
                record,
                batch,
                DeadLetterReason.REFUSED_BY_DATABASE,
                "MongoDB error " + refused.code() + ": " + refused.message(),
                chunk.attempts());
        case WriteOutcome.NotConfirmed open -> {
          if (open.perDocument()) {
            answeredOpen.add(i);
          } else {
            unansweredOpen.add(record);
          }
          cause = open.cause();
        }
      }
    }
    storedDocuments += stored;
    int left = answeredOpen.size() + unansweredOpen.size();
    if (left < outcomes.size() && database.answered()) {
      retryAtOnce();
    }
    if (cause == null) {
      return;
    }
    if (left == outcomes.size()) {
      if (unansweredOpen.isEmpty()) {
        answeredForNone(chunk, cause, storedBefore);
      } else {
        unanswered(chunk, cause, storedBefore);
      }
      return;
    }
    retryAlone(chunk, answeredOpen, stored, outcomes.lastIndexOf(new WriteOutcome.Stored()));
    retryTogether(chunk, unansweredOpen);
  }

  /** The server answered for every document, with errors that are on no list. */
  private void answeredForNone(Chunk chunk, Throwable cause, long storedBefore) {
    if (chunk.records().size() == 1
        && chunk.suspect().failedAlone(storedBefore, nanoClock.getAsLong())) {
      results.unstorable(
          chunk.records().getFirst(),
          chunk.batch(),
          DeadLetterReason.REFUSED_BY_DATABASE,
          "Failed alone while others were stored: " + cause.getMessage(),
          chunk.attempts());
      return;
    }
    LOG.atDebug()
        .addKeyValue("batchSize", chunk.records().size())
        .addKeyValue("error", cause)
        .log("MongoDB answered no document of a write with success");
    retryOrSplit(chunk);
  }

  private void unanswered(Chunk chunk, Throwable cause, long storedBefore) {
    // If another write stored something meanwhile, the trouble is this chunk's, not the database's.
    if (storedDocuments == storedBefore) {
      database.unanswered(cause);
    }
    retryOrSplit(chunk);
  }

  private void retryOrSplit(Chunk chunk) {
    chunk.failed();
    int size = chunk.records().size();
    if (size == 1 || chunk.failures() < FAILURES_BEFORE_SPLIT) {
      chunk.notBefore(retryTime(chunk.failures()));
      waiting.add(chunk);
      return;
    }
    List<PendingRecord> records = chunk.records();
    for (List<PendingRecord> half :
        List.of(records.subList(0, size / 2), records.subList(size / 2, size))) {
      waiting.add(
          new Chunk(chunk.batch(), half, chunk.attempts() - 1, retryTime(chunk.failures())));
    }
  }

  /**
   * @param suspects places in the chunk
   * @param lastStored the last place whose record was stored
   */
  private void retryAlone(Chunk chunk, List<Integer> suspects, int stored, int lastStored) {
    for (int place : suspects) {
      Chunk alone =
          new Chunk(
              chunk.batch(), List.of(chunk.records().get(place)), chunk.attempts(), retryTime(1));
      alone.suspect().failedAmong(stored, suspects.size(), place < lastStored);
      waiting.add(alone);
    }
  }

  private void retryTogether(Chunk chunk, List<PendingRecord> records) {
    if (!records.isEmpty()) {
      waiting.add(new Chunk(chunk.batch(), records, chunk.attempts(), retryTime(1)));
    }
  }

  private long retryTime(int failures) {
    return nanoClock.getAsLong() + backoff.after(failures).toNanos();
  }

  // The waits were meant for an outage that is over.
  private void retryAtOnce() {
    List<Chunk> all = List.copyOf(waiting);
    waiting.clear();
    for (Chunk chunk : all) {
      chunk.notBefore(nanoClock.getAsLong());
      waiting.add(chunk);
    }
  }

  private Chunk withoutVoid(Chunk chunk) {
    if (chunk.records().stream().noneMatch(record -> record.place().isVoid())) {
      return chunk;
    }
    List<PendingRecord> valid = new ArrayList<>();
    for (PendingRecord record : chunk.records()) {
      if (record.place().isVoid()) {
        results.handedBack(record, chunk.batch());
      } else {
        valid.add(record);
      }
    }
    return new Chunk(chunk.batch(), valid, chunk.attempts() - 1, chunk.notBeforeNanos());
  }

  private static EventDocument document(PendingRecord record) {
    return switch (record.content()) {
      case RecordResult.Decoded decoded -> decoded.document();
      case RecordResult.Poison poison ->
          throw new IllegalStateException("A poison message is not written: " + poison.reason());
    };
  }

  private static Throwable asCause(@Nullable Throwable failure, Chunk chunk) {
    return failure == null
        ? new IllegalStateException(
            "The writer gave another number of outcomes than the "
                + chunk.records().size()
                + " documents it was given")
        : failure;
  }
}
