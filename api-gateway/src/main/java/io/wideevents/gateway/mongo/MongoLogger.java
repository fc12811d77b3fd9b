package io.wideevents.gateway.mongo;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.logging.LoggerPort;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.Suspect;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.process.ClosingTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to MongoDB directly: tier 2. Events of many calls share one insert; a batch goes as
 * soon as one of a few concurrent writes is free, so a lone event waits for nobody and under load
 * batches grow by themselves.
 *
 * <p>An event that MongoDB answers for with an error on no list is written alone from then on; it
 * is refused once it proved to be the culprit ({@link Suspect}), whoever has it tried.
 *
 * <p>Pending events are bounded; what does not fit is {@code NotConfirmed} at once. A call is
 * answered by its deadline, and its events that were not sent until then are not sent any more.
 *
 * <p>Never blocks a caller. Futures complete on a thread of this logger: dependents that take time
 * must move on to another. Owned, and closed, by the gateway's composition; the writer is not
 * closed with it.
 */
public final class MongoLogger implements LoggerPort {
  private static final Logger logger = LoggerFactory.getLogger(MongoLogger.class);

  private static final String REFUSED = "refused_by_database";

  // Each takes a write of its own at every attempt, and live events wait for it.
  private static final int MOST_SUSPECTS = 100;
  // Longer than the replay of the largest spool takes to come round to an event again.
  private static final Duration SUSPICION = Duration.ofHours(1);

  private final BatchWriter writer;
  private final MongoLoggerSettings settings;
  private final ClosingTime closing;
  private final LongSupplier nanoClock;
  private final Suspects suspects = new Suspects(MOST_SUSPECTS, SUSPICION);
  private final WriteQueue queue;

  // The driver's I/O threads only hand outcomes over to this thread; it also keeps the deadlines.
  private final ScheduledThreadPoolExecutor executor;

  /** Documents stored by this logger. */
  private final AtomicLong storedDocuments = new AtomicLong();

  /**
   * @param closing what bounds the end, besides the settings' own close timeout
   */
  public MongoLogger(BatchWriter writer, MongoLoggerSettings settings, ClosingTime closing) {
    this(writer, settings, closing, System::nanoTime);
  }

  /**
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  MongoLogger(
      BatchWriter writer,
      MongoLoggerSettings settings,
      ClosingTime closing,
      LongSupplier nanoClock) {
    this.writer = writer;
    this.nanoClock = nanoClock;
    this.settings = settings;
    this.closing = closing;
    this.queue = new WriteQueue(settings, suspects);
    // What comes after close is dropped without a word: every call is answered by then.
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform().daemon().name("mongo-logger").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    executor.setRemoveOnCancelPolicy(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Duration remaining = deadline.remaining();
    if (remaining.isZero()) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(late())));
    }
    PendingCall call = new PendingCall(documents(events), events.size());
    if (queue.offer(call)) {
      call.complete();
      return call.answer();
    }
    ScheduledFuture<?> timer =
        executor.schedule(() -> giveUp(call, late()), remaining.toNanos(), TimeUnit.NANOSECONDS);
    writeWhatMay();
    return call.answer().whenComplete((outcomes, failure) -> timer.cancel(false));
  }

  /**
   * Takes no more events and waits for the pending ones, at most for the close timeout; what is not
   * confirmed then is {@code NotConfirmed}. Idempotent.
   */
  @Override
  public void close() {
    queue.close();
    List<PendingCall> left;
    try {
      left = queue.awaitEmpty(closing.grant(settings.closeTimeout()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      left = queue.unsettled();
    }
    if (!left.isEmpty()) {
      logger
          .atWarn()
          .addKeyValue("calls", left.size())
          .log("Closed with events that MongoDB did not confirm");
      Throwable cause = new IllegalStateException("The writer to MongoDB was closed");
      left.forEach(call -> giveUp(call, cause));
    }
    executor.shutdown();
  }

  /**
   * The documents of as many events, from the first on, as there is room for. Room is taken for
   * each before the next is made: a document may be several times as large as its text, and those
   * of all callers together must stay within the bound.
   */
  private List<EventDocument> documents(List<EncodedEvent> events) {
    List<EventDocument> documents = new ArrayList<>();
    try {
      for (EncodedEvent event : events) {
        EventDocument document = event.document(Tier.MONGODB);
        if (!queue.reserve(document)) {
          break;
        }
        documents.add(document);
      }
      return documents;
    } catch (RuntimeException | Error e) {
      queue.release(documents);
      throw e;
    }
  }

  private void writeWhatMay() {
    Optional<WriteBatch> batch = queue.poll();
    while (batch.isPresent()) {
      write(batch.get());
      batch = queue.poll();
    }
  }

  private void write(WriteBatch batch) {
    long storedBefore = storedDocuments.get();
    CompletableFuture<List<WriteOutcome>> written;
    try {
      written = writer.write(batch.documents());
    } catch (RuntimeException | Error e) {
      // A bug, or a class that is missing, but the write must end: its place would be lost for
      // good, and so would the answers that are given after this.
      written = CompletableFuture.failedFuture(e);
    }
    var unused =
        written.whenCompleteAsync(
            (outcomes, failure) -> settle(batch, outcomes, failure, storedBefore), executor);
  }

  private void settle(
      WriteBatch batch,
      @Nullable List<WriteOutcome> outcomes,
      @Nullable Throwable failure,
      long storedBefore) {
    List<DeliveryOutcome> delivered;
    if (outcomes != null && outcomes.size() == batch.slots().size()) {
      delivered = delivered(batch, outcomes, storedBefore);
    } else {
      Throwable cause =
          failure != null
              ? failure
              : new IllegalStateException("Outcomes and batch differ in size");
      delivered =
          Collections.nCopies(batch.slots().size(), new DeliveryOutcome.NotConfirmed(cause));
    }
    List<PendingCall> settled = queue.complete(batch, delivered);
    // The free write first: dependents of an answer may take their time.
    writeWhatMay();
    settled.forEach(PendingCall::complete);
  }

  private void giveUp(PendingCall call, Throwable cause) {
    if (queue.giveUp(call, cause)) {
      call.complete();
    }
  }

  private List<DeliveryOutcome> delivered(
      WriteBatch batch, List<WriteOutcome> outcomes, long storedBefore) {
    int stored = count(outcomes, WriteOutcome.Stored.class::isInstance);
    int suspected = count(outcomes, MongoLogger::isSuspicious);
    int lastStored = outcomes.lastIndexOf(new WriteOutcome.Stored());
    storedDocuments.addAndGet(stored);
    List<DeliveryOutcome> delivered = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      EventId id = batch.slots().get(i).document().id();
      DeliveryOutcome outcome = delivered(outcomes.get(i));
      if (isSuspicious(outcomes.get(i))) {
        if (outcomes.size() > 1) {
          boolean storedAfterIt = i < lastStored;
          suspects
              .suspect(id)
              .ifPresent(suspect -> suspect.failedAmong(stored, suspected, storedAfterIt));
        } else if (isCulprit(id, storedBefore)) {
          outcome = culprit((DeliveryOutcome.NotConfirmed) outcome);
        }
      }
      if (!(outcome instanceof DeliveryOutcome.NotConfirmed)) {
        suspects.clear(id);
      }
      delivered.add(outcome);
    }
    return delivered;
  }

  private boolean isCulprit(EventId id, long storedBefore) {
    return suspects
        .suspect(id)
        .map(alone -> alone.failedAlone(storedBefore, nanoClock.getAsLong()))
        .orElse(false);
  }

  private static int count(List<WriteOutcome> outcomes, Predicate<WriteOutcome> kind) {
    return (int) outcomes.stream().filter(kind).count();
  }

  private static boolean isSuspicious(WriteOutcome outcome) {
    return outcome instanceof WriteOutcome.NotConfirmed open && open.perDocument();
  }

  private static DeliveryOutcome culprit(DeliveryOutcome.NotConfirmed failed) {
    return new DeliveryOutcome.Refused(
        REFUSED,
        "MongoDB failed for this event alone while it stored others: "
            + failed.cause().getMessage());
  }

  private static DeliveryOutcome delivered(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Stored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.AlreadyStored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.Conflict conflict ->
          new DeliveryOutcome.Refused(
              "id_conflict", "the eventId is taken by an event with other content");
      case WriteOutcome.Refused refused ->
          new DeliveryOutcome.Refused(
              REFUSED,
              "MongoDB refuses the event with error %d: %s"
                  .formatted(refused.code(), refused.message()));
      case WriteOutcome.NotConfirmed notConfirmed ->
          new DeliveryOutcome.NotConfirmed(notConfirmed.cause());
    };
  }

  private static TimeoutException late() {
    return new TimeoutException("MongoDB did not confirm the event by the request's deadline");
  }
}
