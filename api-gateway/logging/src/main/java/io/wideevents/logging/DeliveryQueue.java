package io.wideevents.logging;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.LogThrottle;
import io.wideevents.queue.BoundedQueue;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The events that wait for a tier. The queue's sender thread encodes them, builds batches and
 * delivers the batches to the tier. An event is pending until the tier has returned its outcome.
 *
 * <p>Safe for concurrent use.
 */
final class DeliveryQueue {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final LogThrottle OUTCOME_FAILED = new LogThrottle(Duration.ofSeconds(10));

  private static final int MAX_BATCH_EVENTS = 500;
  private static final long MAX_BATCH_BYTES = 1L << 20;

  private final LoggerPort port;
  private final Duration deliveryTimeout;
  private final EventFinalizer finalizer;
  private final Outcomes outcomes;
  private final BoundedQueue<Pending> queue;
  private final Set<Batch> inFlight = ConcurrentHashMap.newKeySet();

  /** Whether the tier gets no more batches. */
  private volatile boolean takenOver;

  /** Whether the sender thread is in the tier's method, which may block. */
  private volatile boolean isInTier;

  /**
   * Receives the outcome of each event, on the thread on which the tier completes its future. If
   * this method throws, the exception is logged, the event's memory is released, and the other
   * outcomes are still reported.
   */
  interface Outcomes {
    void completed(Pending.Encoded event, DeliveryOutcome outcome);
  }

  DeliveryQueue(
      String threadName,
      long maxBytes,
      LoggerPort port,
      Duration deliveryTimeout,
      EventFinalizer finalizer,
      Outcomes outcomes) {
    this.port = port;
    this.deliveryTimeout = deliveryTimeout;
    this.finalizer = finalizer;
    this.outcomes = outcomes;
    this.queue =
        new BoundedQueue<>(threadName, maxBytes, Pending::retainedBytes, this::deliverBatch);
  }

  void start() {
    queue.start();
  }

  /** Adds an event. Returns false if the queue is full or closed. Never blocks. */
  boolean offer(Pending pending) {
    return queue.offer(pending);
  }

  /** Like {@link #offer}, but blocks while the queue is full, until the deadline at most. */
  boolean put(Pending pending, Deadline deadline) {
    return queue.put(pending, deadline);
  }

  long pendingBytes() {
    return queue.pendingBytes();
  }

  /** Number of events that are queued, or passed to the tier and without an outcome. */
  long pendingEvents() {
    return queue.pendingItems();
  }

  /**
   * Rejects further events and waits for the outcomes of the accepted ones, until the deadline at
   * most.
   *
   * @return the events that were still queued then; the caller must deliver them
   */
  List<Pending> close(Deadline deadline) {
    return queue.close(deadline);
  }

  /**
   * Passes no more events to the tier. Call after {@link #close}.
   *
   * @return the events that were being encoded, which the tier will not get, and the events in the
   *     tier without an outcome, which need a second delivery
   * @param deadline limits the wait for the events that are being encoded
   */
  List<Pending> takeOver(Deadline deadline) {
    takenOver = true;
    deadline.await(() -> isInTier || !queue.isSending());
    List<Pending> events = new ArrayList<>();
    for (Batch batch : List.copyOf(inFlight)) {
      if (batch.passedToTier) {
        batch.events.stream()
            .map(Taken::event)
            .filter(Pending.Encoded::deliverAlso)
            .forEach(events::add);
      } else if (inFlight.remove(batch)) {
        for (Taken taken : batch.events) {
          events.add(taken.event());
          queue.releaseItem(taken.bytes());
        }
      }
    }
    return events;
  }

  /** The events that were passed to the tier and have no outcome yet. */
  List<Pending.Encoded> withoutOutcome() {
    return inFlight.stream().flatMap(batch -> batch.events.stream()).map(Taken::event).toList();
  }

  /** An event that was taken from the queue, and the number of bytes reserved for it. */
  private record Taken(Pending.Encoded event, int bytes) {}

  /** Events that are delivered together. Compared by identity. */
  private static final class Batch {
    private final List<Taken> events = new ArrayList<>();
    private volatile boolean passedToTier;
  }

  /** Takes events from the queue and delivers them. Returns whether the queue had events. */
  private boolean deliverBatch() {
    // The batch is created before an event is taken. If there is no memory for the batch, no event
    // is lost.
    Batch batch = new Batch();
    long bytes = 0;
    boolean any = false;
    while (batch.events.size() < MAX_BATCH_EVENTS && bytes < MAX_BATCH_BYTES) {
      Pending pending = queue.poll();
      if (pending == null) {
        break;
      }
      any = true;
      bytes += take(pending, batch.events);
    }
    if (!batch.events.isEmpty()) {
      deliver(batch);
    }
    return any;
  }

  /**
   * Encodes an event and adds it to the batch. An event that is sampled out or cannot be encoded is
   * counted and released instead.
   *
   * @return number of bytes by which the batch grew
   */
  private int take(Pending pending, List<Taken> batch) {
    int bytes = pending.retainedBytes();
    try {
      Optional<EncodedEvent> event = finalizer.event(pending);
      if (event.isPresent()) {
        batch.add(
            new Taken(
                pending instanceof Pending.Encoded encoded
                    ? encoded
                    : new Pending.Encoded(event.get(), pending.finalizedAtNanos()),
                bytes));
        return bytes;
      }
    } catch (Throwable e) {
      finalizer.notEncoded(pending, e);
    }
    queue.releaseItem(bytes);
    return 0;
  }

  private void deliver(Batch batch) {
    try {
      inFlight.add(batch);
    } catch (Throwable e) {
      // There is no memory for the set entry. The events are no longer in the queue, so they need
      // an outcome here.
      complete(batch.events, null, e);
      return;
    }
    // The flag is read after the batch was added. Therefore takeOver() finds the batch, or this
    // thread sees the flag.
    if (takenOver) {
      return;
    }
    batch.passedToTier = true;
    isInTier = true;
    try {
      var unused =
          port.log(
                  batch.events.stream().map(taken -> taken.event().event()).toList(),
                  Deadline.after(deliveryTimeout))
              .whenComplete((results, failure) -> complete(batch, results, failure));
    } catch (Throwable e) {
      // A bug in the tier or a missing class. The events must still get an outcome.
      complete(batch, null, e);
    } finally {
      isInTier = false;
    }
  }

  /**
   * Reports the first result of a batch. The tier's future may run its callback and then throw,
   * which would be a second result.
   */
  private void complete(
      Batch batch, @Nullable List<DeliveryOutcome> results, @Nullable Throwable failure) {
    if (inFlight.remove(batch)) {
      complete(batch.events, results, failure);
    }
  }

  private void complete(
      List<Taken> batch, @Nullable List<DeliveryOutcome> results, @Nullable Throwable failure) {
    DeliveryOutcome otherwise = notConfirmed(failure);
    for (int i = 0; i < batch.size(); i++) {
      DeliveryOutcome outcome = outcome(results, batch.size(), i);
      complete(batch.get(i), outcome == null ? otherwise : outcome);
    }
  }

  private static @Nullable DeliveryOutcome outcome(
      @Nullable List<DeliveryOutcome> results, int expected, int index) {
    try {
      return results != null && results.size() == expected ? results.get(index) : null;
    } catch (Throwable e) {
      // The tier may return its own list implementation. If the exception escaped, the events would
      // never be released.
      return null;
    }
  }

  private void complete(Taken taken, DeliveryOutcome outcome) {
    try {
      outcomes.completed(taken.event(), outcome);
    } catch (Throwable e) {
      OUTCOME_FAILED.show(
          notShown ->
              log.atError()
                  .addKeyValue("notShown", notShown)
                  .setCause(e)
                  .log("Could not process the outcome of an event of this process"));
    } finally {
      queue.releaseItem(taken.bytes());
    }
  }

  private static DeliveryOutcome notConfirmed(@Nullable Throwable failure) {
    return new DeliveryOutcome.NotConfirmed(
        failure == null
            ? new IllegalStateException("The tier did not return one outcome for each event")
            : failure);
  }
}
