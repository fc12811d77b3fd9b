package io.wideevents.delivery.mongo;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.NotSentException;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.BatchWriter;
import io.wideevents.mongo.WriteOutcome;
import io.wideevents.mongo.batch.BatchWrites;
import io.wideevents.mongo.batch.SuspectedPoison;
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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes events to MongoDB directly: tier 2. Events of many calls share one insert. A batch is sent
 * as soon as one of a few concurrent writes is free. Therefore a single event does not wait for
 * others, and batches grow with the load.
 *
 * <p>MongoDB may answer for an event with an error code that is on no list. Such an event is
 * written alone from then on, and rejected once it is proven poison ({@link
 * BatchWrites#suspected}). The failures of all calls with this event count together: of the live
 * call and of the replay of the spool.
 *
 * <p>Nothing is retried here. Pending events are bounded, and an event beyond the limit is {@code
 * NotConfirmed} at once. A call is answered by its deadline. Events that were not sent by the
 * deadline are not sent later. A write without an answer ends after a timeout, and another write
 * may begin.
 *
 * <p>Never blocks a caller. Futures complete on a thread of this logger, so dependents that take
 * time must use another thread. Owned, and closed, by the gateway's composition. Closing does not
 * close the writer.
 */
public final class MongoLogger implements LoggerPort {
  private static final Logger logger = LoggerFactory.getLogger(MongoLogger.class);

  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Future<?> NO_TIMER = CompletableFuture.completedFuture(true);

  private final MongoLoggerSettings settings;
  private final ClosingTime closing;
  private final BatchWrites writes;
  private final WriteQueue queue;
  private final LogThrottle unanswered;

  // The driver's I/O threads only pass outcomes to this thread, which also enforces the deadlines.
  private final ScheduledExecutorService executor;

  private final AtomicLong answeredWrites = new AtomicLong();
  private final AtomicBoolean timeoutScheduled = new AtomicBoolean();

  /**
   * @param closing bounds the time to close, in addition to the close timeout of the settings
   */
  public MongoLogger(
      BatchWriter writer, MongoLoggerSettings settings, ClosingTime closing, Timing timing) {
    this.settings = settings;
    this.closing = closing;
    this.executor = timing.executor("mongo-logger", 1);
    this.writes =
        new BatchWrites(
            writer, executor, settings.writeTimeout(), SuspectedPoison.MEMORY, timing.nanoClock());
    this.queue = new WriteQueue(settings, writes.suspected());
    this.unanswered = new LogThrottle(LOG_INTERVAL, timing.nanoClock());
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Duration remaining = deadline.remaining();
    if (remaining.isZero()) {
      return CompletableFuture.completedFuture(
          notConfirmed(events.size(), new NotSentException("No time left to write to MongoDB")));
    }
    PendingCall call = call(events);
    if (queue.offer(call)) {
      call.complete();
      return call.answer();
    }
    long answeredBefore = answeredWrites.get();
    Future<?> timer = after(remaining, () -> expire(call, answeredBefore));
    startWrites();
    return call.answer().whenComplete((outcomes, failure) -> timer.cancel(false));
  }

  /**
   * Rejects further events and waits for the pending ones, at most for the close timeout. An event
   * that is not confirmed by then is {@code NotConfirmed}. Idempotent.
   */
  @Override
  public void close() {
    queue.close();
    Deadline.after(closing.grant(settings.closeTimeout())).await(() -> queue.pending().isEmpty());
    List<PendingCall> left = queue.pending();
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

  /** Events that wait or are being written; for a test of the limit. */
  int pendingEvents() {
    return queue.pendingEvents();
  }

  private PendingCall call(List<EncodedEvent> events) {
    List<EventDocument> documents = new ArrayList<>();
    try {
      addDocuments(events, documents);
      return new PendingCall(documents, events.size());
    } catch (RuntimeException | Error e) {
      queue.release(documents);
      throw e;
    }
  }

  /**
   * Makes documents of the events, from the first event on, until a limit is reached. Reserves
   * capacity for each document before it makes the next one. A document may be several times as
   * large as its text, and the limit holds for the documents of all callers together.
   */
  private void addDocuments(List<EncodedEvent> events, List<EventDocument> documents) {
    for (EncodedEvent event : events) {
      EventDocument document = event.document(Tier.MONGODB);
      if (!queue.reserve(document)) {
        return;
      }
      documents.add(document);
    }
  }

  private void startWrites() {
    Optional<WriteBatch> next = queue.poll();
    while (next.isPresent()) {
      WriteBatch batch = next.get();
      writes.start(batch.documents(), outcomes -> ended(batch, outcomes));
      next = queue.poll();
    }
    scheduleTimeout();
  }

  private void ended(WriteBatch batch, List<WriteOutcome> outcomes) {
    List<PendingCall> complete = queue.complete(batch, delivered(outcomes));
    try {
      // Starts the next write first, because dependents of an answer may take time.
      startWrites();
    } finally {
      // These calls have left the queue, so no deadline completes them any more.
      complete.forEach(PendingCall::complete);
    }
  }

  /** Whether the server reported an outcome for this document. */
  private static boolean isAnswer(WriteOutcome outcome) {
    return !(outcome instanceof WriteOutcome.NotConfirmed failed) || failed.perDocument();
  }

  private List<DeliveryOutcome> delivered(List<WriteOutcome> outcomes) {
    try {
      if (outcomes.stream().anyMatch(MongoLogger::isAnswer)) {
        answeredWrites.incrementAndGet();
      }
      return outcomes.stream().map(MongoLogger::delivered).toList();
    } catch (RuntimeException | Error e) {
      // There is no memory. The write must end, or it would keep its slot.
      return notConfirmed(outcomes.size(), e);
    }
  }

  private static DeliveryOutcome delivered(WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Stored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.AlreadyStored stored -> new DeliveryOutcome.Durable(Tier.MONGODB);
      case WriteOutcome.Rejected rejected ->
          new DeliveryOutcome.Refused(rejected.reason().label(), rejected.text());
      case WriteOutcome.NotConfirmed failed -> new DeliveryOutcome.NotConfirmed(failed.cause());
    };
  }

  private static List<DeliveryOutcome> notConfirmed(int events, Throwable cause) {
    return Collections.nCopies(events, new DeliveryOutcome.NotConfirmed(cause));
  }

  /** Sets the one timer of all writes to the timeout of the oldest write. */
  private void scheduleTimeout() {
    long nanos = writes.nanosUntilTimeout();
    if (nanos == Long.MAX_VALUE || !timeoutScheduled.compareAndSet(false, true)) {
      return;
    }
    try {
      var unused = after(Duration.ofNanos(nanos), this::endOverdue);
    } catch (RuntimeException | Error e) {
      // There is no memory for the timer. The next call sets the timer.
      timeoutScheduled.set(false);
    }
  }

  private void endOverdue() {
    timeoutScheduled.set(false);
    try {
      int events = writes.endOverdue();
      if (events > 0) {
        logUnanswered(events);
      }
    } finally {
      scheduleTimeout();
    }
  }

  private void logUnanswered(int events) {
    unanswered.show(
        notShown ->
            logger
                .atWarn()
                .addKeyValue("events", events)
                .addKeyValue("notShown", notShown)
                .log("A write to MongoDB got no answer within {}", settings.writeTimeout()));
  }

  private void expire(PendingCall call, long answeredBefore) {
    TimeoutException late =
        new TimeoutException("MongoDB did not confirm the event by the request's deadline");
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
}
