package io.wideevents.delivery.mongo;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.mongo.Suspect;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to MongoDB directly: tier 2. Events of many calls share one insert. A batch is sent
 * as soon as one of a few concurrent writes is free. Therefore a single event does not wait for
 * others, and batches grow with the load.
 *
 * <p>If MongoDB answers for an event with an error code that is on no list, the event is written
 * alone from then on. It is rejected once it is proven poison ({@link Suspects}), counted over all
 * calls that try it.
 *
 * <p>Pending events are bounded, and an event beyond the limit is {@code NotConfirmed} at once. A
 * call is answered by its deadline, and its events that were not sent by then are never sent. A
 * write without an answer ends after a timeout, and another write may begin.
 *
 * <p>Never blocks a caller. Futures complete on a thread of this logger, so dependents that take
 * time must use another thread. Owned, and closed, by the gateway's composition; the writer is not
 * closed with it.
 */
public final class MongoLogger implements LoggerPort {
  private static final Logger logger = LoggerFactory.getLogger(MongoLogger.class);

  private static final String REFUSED = "refused_by_database";

  // If an event fails again within this time, the failures count together. The replay of a large
  // spool may take longer to retry an event; such an event is proven poison only after the rest of
  // the spool is drained.
  private static final Duration SUSPICION = Duration.ofMinutes(10);
  private static final Duration SUSPENSION = Duration.ofMinutes(1);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Future<?> NO_TIMER = CompletableFuture.completedFuture(true);

  private final BatchWriter writer;
  private final MongoLoggerSettings settings;
  private final ClosingTime closing;
  private final Suspects suspects;
  private final WriteQueue queue;
  private final LogThrottle unanswered;

  // The driver's I/O threads only pass outcomes to this thread, which also enforces the deadlines.
  private final ScheduledExecutorService executor;

  private final AtomicLong storedDocuments = new AtomicLong();

  private final AtomicLong answeredWrites = new AtomicLong();

  /** A write in flight. After it was sent, its fields are used only by the executor's thread. */
  private static final class Write {
    final WriteBatch batch;
    final long storedBefore;
    Future<?> timeout = NO_TIMER;
    boolean ended;

    Write(WriteBatch batch, long storedBefore) {
      this.batch = batch;
      this.storedBefore = storedBefore;
    }
  }

  /**
   * @param closing bounds the time to close, in addition to the close timeout of the settings
   */
  public MongoLogger(
      BatchWriter writer, MongoLoggerSettings settings, ClosingTime closing, Timing timing) {
    this.writer = writer;
    this.settings = settings;
    this.closing = closing;
    this.suspects = new Suspects(Suspect.MOST_AT_ONCE, SUSPICION, SUSPENSION, timing.nanoClock());
    this.queue = new WriteQueue(settings, suspects);
    this.unanswered = new LogThrottle(LOG_INTERVAL, timing.nanoClock());
    this.executor = timing.executor("mongo-logger", 1);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Duration remaining = deadline.remaining();
    if (remaining.isZero()) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(
              events.size(),
              new DeliveryOutcome.NotConfirmed(
                  new NotSentException("No time left to write to MongoDB"))));
    }
    PendingCall call = call(events);
    if (queue.offer(call)) {
      call.complete();
      return call.answer();
    }
    long answeredBefore = answeredWrites.get();
    Future<?> timer = after(remaining, () -> expire(call, answeredBefore));
    writeWhatMay();
    return call.answer().whenComplete((outcomes, failure) -> timer.cancel(false));
  }

  /**
   * Rejects further events and waits for the pending ones, at most for the close timeout. An event
   * that is not confirmed by then is {@code NotConfirmed}. Idempotent.
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
      Throwable unsent = new NotSentException("The writer to MongoDB was closed");
      Throwable unknown =
          new IllegalStateException("The writer to MongoDB was closed before an answer came");
      int calls = left.size();
      left.forEach(call -> giveUp(call, unsent, unknown));
      LogThrottle.safely(
          () ->
              logger
                  .atWarn()
                  .addKeyValue("calls", calls)
                  .log("Closed with events that MongoDB did not confirm"));
    }
    executor.shutdown();
  }

  /**
   * Makes documents of the events, from the first on, while the limits allow it. Capacity is
   * reserved for each document before the next is made: a document may be several times as large as
   * its text, and the documents of all callers together must stay within the limit.
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

  private PendingCall call(List<EncodedEvent> events) {
    List<EventDocument> documents = documents(events);
    try {
      return new PendingCall(documents, events.size());
    } catch (RuntimeException | Error e) {
      queue.release(documents);
      throw e;
    }
  }

  /** Events that wait or are being written; for a test of the limit. */
  int pendingEvents() {
    return queue.pendingEvents();
  }

  private void writeWhatMay() {
    Optional<WriteBatch> batch = queue.poll();
    while (batch.isPresent()) {
      write(batch.get());
      batch = queue.poll();
    }
  }

  private void write(WriteBatch batch) {
    Write write = new Write(batch, storedDocuments.get());
    CompletableFuture<List<WriteOutcome>> written;
    try {
      write.timeout = after(settings.writeTimeout(), () -> timedOut(write));
      written = writer.write(batch.documents());
    } catch (RuntimeException | Error e) {
      // A bug or a missing class. The write must end, or one of the concurrent writes is lost
      // permanently, and with it later answers.
      written = CompletableFuture.failedFuture(e);
    }
    var unused =
        written.whenCompleteAsync(
            (outcomes, failure) -> settle(write, outcomes, failure), executor);
  }

  private void timedOut(Write write) {
    Duration bound = settings.writeTimeout();
    settle(write, null, new TimeoutException("MongoDB did not answer a write within " + bound));
    unanswered.show(
        notShown ->
            logger
                .atWarn()
                .addKeyValue("events", write.batch.slots().size())
                .addKeyValue("notShown", notShown)
                .log("A write to MongoDB got no answer within {}", bound));
  }

  private void settle(
      Write write, @Nullable List<WriteOutcome> outcomes, @Nullable Throwable failure) {
    if (write.ended) {
      // The answer arrived after the timeout. The events were reported as unknown and may be sent
      // again.
      return;
    }
    write.ended = true;
    write.timeout.cancel(false);
    WriteBatch batch = write.batch;
    List<PendingCall> settled = queue.complete(batch, delivered(write, outcomes, failure));
    try {
      // Starts the next write first, because dependents of an answer may take time.
      writeWhatMay();
    } finally {
      // These calls have left the queue, so no deadline completes them any more.
      settled.forEach(PendingCall::complete);
    }
  }

  private List<DeliveryOutcome> delivered(
      Write write, @Nullable List<WriteOutcome> outcomes, @Nullable Throwable failure) {
    int size = write.batch.slots().size();
    Throwable cause = failure;
    if (outcomes != null && outcomes.size() == size) {
      try {
        return delivered(write, outcomes);
      } catch (RuntimeException | Error e) {
        // A bug, or no memory. The write must end, or one of the concurrent writes is lost
        // permanently.
        cause = e;
      }
    }
    return Collections.nCopies(
        size,
        new DeliveryOutcome.NotConfirmed(
            cause != null
                ? cause
                : new IllegalStateException("Outcomes and batch differ in size")));
  }

  private void expire(PendingCall call, long answeredBefore) {
    TimeoutException late = late();
    // If MongoDB answered other writes meanwhile, the unsent events waited only for this process.
    boolean answersOthers = answeredWrites.get() > answeredBefore;
    giveUp(
        call,
        answersOthers
            ? new NotSentException("Not sent to MongoDB by the request's deadline")
            : late,
        late);
  }

  private void giveUp(PendingCall call, Throwable unsent, Throwable unknown) {
    if (queue.giveUp(call, unsent, unknown)) {
      call.complete();
    }
  }

  private Future<?> after(Duration delay, Runnable task) {
    try {
      return executor.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      // The logger was closed meanwhile; closing completes every call.
      return NO_TIMER;
    }
  }

  private List<DeliveryOutcome> delivered(Write write, List<WriteOutcome> outcomes) {
    storedDocuments.addAndGet(count(outcomes, WriteOutcome.Stored.class::isInstance));
    if (count(outcomes, MongoLogger::isAnswer) > 0) {
      answeredWrites.incrementAndGet();
    }
    List<DeliveryOutcome> delivered = new ArrayList<>(outcomes.size());
    for (int i = 0; i < outcomes.size(); i++) {
      EventId id = write.batch.slots().get(i).document().id();
      if (!(outcomes.get(i) instanceof WriteOutcome.NotConfirmed failed)) {
        suspects.clear(id);
        delivered.add(delivered(outcomes.get(i)));
      } else if (failed.perDocument()
          && suspects.failed(id, code(failed), outcomes.size() == 1, write.storedBefore)) {
        delivered.add(poison(failed));
      } else {
        delivered.add(new DeliveryOutcome.NotConfirmed(failed.cause()));
      }
    }
    return delivered;
  }

  /** Whether the server reported an outcome for this document. */
  private static boolean isAnswer(WriteOutcome outcome) {
    return !(outcome instanceof WriteOutcome.NotConfirmed failed) || failed.perDocument();
  }

  private static int code(WriteOutcome.NotConfirmed failed) {
    return failed.cause() instanceof DocumentWriteException failure ? failure.code() : 0;
  }

  private static int count(List<WriteOutcome> outcomes, Predicate<WriteOutcome> kind) {
    return (int) outcomes.stream().filter(kind).count();
  }

  private static DeliveryOutcome poison(WriteOutcome.NotConfirmed failed) {
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
