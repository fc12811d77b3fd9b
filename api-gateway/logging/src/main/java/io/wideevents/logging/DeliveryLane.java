package io.wideevents.logging;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bounded queue with one sender thread, between request threads and a tier. Many threads may
 * offer events. The sender thread encodes them, builds batches and delivers the batches to the
 * tier.
 *
 * <p>{@link #offer} takes a fraction of a microsecond. It does not block, and allocates only a
 * queue node. The queue is bounded in bytes, from the offer until the tier has returned an outcome.
 * The sender thread does not wait for a batch to fill. A batch contains what arrived while the
 * thread was busy, or while it was parked for at most {@link #NAP_NANOS}.
 */
final class DeliveryLane {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final LogThrottle BROKEN_ANSWER = new LogThrottle(Duration.ofSeconds(10));

  private static final int MAX_BATCH_EVENTS = 500;
  private static final long MAX_BATCH_BYTES = 1L << 20;

  // Unparking a thread costs the request some microseconds. While events arrive, the sender thread
  // therefore parks with a timeout and polls. It parks without a timeout only after a tenth of a
  // second without events. A shorter timeout costs processor time: 1 ms took a quarter of all the
  // processor time of logging.
  private static final long NAP_NANOS = 5_000_000;
  private static final int NAPS_BEFORE_SLEEP = 20;

  private final LoggerPort port;
  private final LoggingSettings settings;
  private final EventFinalizer finalizer;
  private final Answers answers;
  private final long maxBytes;
  private final Thread thread;

  private final Queue<Pending> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong heldBytes = new AtomicLong();
  private final AtomicLong heldEvents = new AtomicLong();
  private final Set<Batch> unanswered = ConcurrentHashMap.newKeySet();
  private final Object settledSignal = new Object();

  private volatile boolean asleep;
  private volatile boolean closed;

  /**
   * {@link #close} has drained the queue. An event that is added later is removed again and
   * rejected.
   */
  private volatile boolean drained;

  /** No more batches are passed to the tier. */
  private volatile boolean takenOver;

  /** Whether the sender thread is in the tier's method, which may block. */
  private volatile boolean handingOver;

  private int naps;

  /**
   * Receives the outcome of each event, on the thread on which the tier completes its future. If
   * this method throws, the exception is logged, the event's memory is released, and the other
   * outcomes are still reported.
   */
  interface Answers {
    void answered(Pending.Encoded event, DeliveryOutcome outcome);
  }

  DeliveryLane(
      String name,
      LoggerPort port,
      LoggingSettings settings,
      long maxBytes,
      EventFinalizer finalizer,
      Answers answers) {
    this.port = port;
    this.settings = settings;
    this.maxBytes = maxBytes;
    this.finalizer = finalizer;
    this.answers = answers;
    this.thread = new Thread(this::run, name);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Adds an event. Returns false if the queue is full or closed. Never blocks. */
  boolean offer(Pending pending) {
    int bytes = pending.retainedBytes();
    if (closed || !reserve(bytes)) {
      return false;
    }
    heldEvents.incrementAndGet();
    try {
      queue.add(pending);
    } catch (Throwable e) {
      // There is no memory for a queue node. Treat the queue as full.
      release(bytes);
      return false;
    }
    // Read after the add; the sender thread writes it before it checks the queue for the last time.
    // Either this thread sees that the sender is parked, or the sender sees the event.
    if (asleep) {
      LockSupport.unpark(thread);
    }
    // The same ordering holds for the last drain: either the drain finds the event, or this thread
    // sees that the queue was drained. In the second case the event is removed again, unless the
    // drain took it nevertheless.
    if (drained && queue.remove(pending)) {
      release(bytes);
      return false;
    }
    return true;
  }

  long heldBytes() {
    return heldBytes.get();
  }

  /** Like {@link #offer}, but blocks while the queue is full, until the deadline at most. */
  boolean put(Pending pending, Deadline deadline) {
    boolean[] taken = {offer(pending)};
    if (!taken[0]) {
      await(
          () -> {
            taken[0] = offer(pending);
            return taken[0] || closed;
          },
          deadline);
    }
    return taken[0];
  }

  /**
   * Rejects further events and waits for the outcomes of the accepted ones, until the deadline at
   * most.
   *
   * @return the events that were not passed to the tier by then; the caller must deliver them
   */
  List<Pending> close(Deadline deadline) {
    closed = true;
    LockSupport.unpark(thread);
    List<Pending> left = new ArrayList<>();
    await(() -> heldEvents.get() == 0 && !thread.isAlive(), deadline);
    drained = true;
    for (Pending pending = queue.poll(); pending != null; pending = queue.poll()) {
      left.add(pending);
      release(pending.retainedBytes());
    }
    return left;
  }

  /**
   * Passes no more events to the tier. Call after {@link #close}.
   *
   * @return the events that were being encoded, which the tier will not get, and the events that
   *     the tier has no outcome for yet, which need a second delivery
   * @param deadline limits the wait for the events that are being encoded
   */
  List<Pending> takeOver(Deadline deadline) {
    takenOver = true;
    await(() -> handingOver || !thread.isAlive(), deadline);
    List<Pending> events = new ArrayList<>();
    for (Batch batch : List.copyOf(unanswered)) {
      if (batch.handedOver) {
        batch.events.stream()
            .map(Taken::event)
            .filter(Pending.Encoded::deliverAlso)
            .forEach(events::add);
      } else if (unanswered.remove(batch)) {
        for (Taken taken : batch.events) {
          events.add(taken.event());
          release(taken.bytes());
        }
      }
    }
    return events;
  }

  List<Pending.Encoded> unanswered() {
    return unanswered.stream().flatMap(batch -> batch.events.stream()).map(Taken::event).toList();
  }

  /** Number of events that are queued, or passed to the tier and without an outcome. */
  long heldEvents() {
    return heldEvents.get();
  }

  private boolean reserve(int bytes) {
    // Adds first and subtracts on failure: no retry loop under contention, and exact enough.
    if (heldBytes.addAndGet(bytes) > maxBytes && heldBytes.get() != bytes) {
      heldBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private void release(int bytes) {
    heldBytes.addAndGet(-bytes);
    if (heldEvents.decrementAndGet() == 0 && closed) {
      synchronized (settledSignal) {
        settledSignal.notifyAll();
      }
    }
  }

  private void run() {
    boolean ended = false;
    while (!ended) {
      try {
        ended = step();
      } catch (Throwable e) {
        // For example an OutOfMemoryError while the batch was created. Nothing was taken from the
        // queue, so the thread retries after a pause. If this thread ended, no more events would be
        // delivered.
        LockSupport.parkNanos(this, NAP_NANOS);
      }
    }
  }

  /** Delivers a batch, or parks. Returns true when the queue is closed and empty. */
  private boolean step() {
    if (deliverBatch()) {
      naps = 0;
      return false;
    }
    if (closed && queue.isEmpty()) {
      return true;
    }
    rest();
    return false;
  }

  private void rest() {
    if (closed) {
      return;
    }
    // A tier may have interrupted this thread. Clear the flag, because park returns at once while
    // it is set. The library itself never interrupts this thread.
    var unused = Thread.interrupted();
    if (++naps <= NAPS_BEFORE_SLEEP) {
      LockSupport.parkNanos(this, NAP_NANOS);
      return;
    }
    asleep = true;
    if (queue.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    asleep = false;
  }

  /** An event that was taken from the queue, and the number of bytes reserved for it. */
  private record Taken(Pending.Encoded event, int bytes) {}

  /** Events that are delivered together. Compared by identity. */
  private static final class Batch {
    private final List<Taken> events = new ArrayList<>();
    private volatile boolean handedOver;
  }

  /** Takes events from the queue and delivers them. Returns whether the queue had events. */
  private boolean deliverBatch() {
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
    release(bytes);
    return 0;
  }

  private void deliver(Batch batch) {
    try {
      unanswered.add(batch);
    } catch (Throwable e) {
      // There is no memory for the set entry. The events are no longer in the queue, so they need
      // an outcome here.
      answer(batch.events, null, e);
      return;
    }
    // Read after the batch was added, so that takeOver() finds the batch.
    if (takenOver) {
      return;
    }
    batch.handedOver = true;
    handingOver = true;
    try {
      var unused =
          port.log(
                  batch.events.stream().map(taken -> taken.event().event()).toList(),
                  Deadline.after(settings.deliveryTimeout()))
              .whenComplete((outcomes, failure) -> answer(batch, outcomes, failure));
    } catch (Throwable e) {
      // A bug in the tier or a missing class. The events must still get an outcome.
      answer(batch, null, e);
    } finally {
      handingOver = false;
    }
  }

  /**
   * Reports the first result of a batch. The tier's future may run its callback and then throw,
   * which would be a second result.
   */
  private void answer(
      Batch batch, @Nullable List<DeliveryOutcome> outcomes, @Nullable Throwable failure) {
    if (unanswered.remove(batch)) {
      answer(batch.events, outcomes, failure);
    }
  }

  private void answer(
      List<Taken> batch, @Nullable List<DeliveryOutcome> outcomes, @Nullable Throwable failure) {
    DeliveryOutcome otherwise = notConfirmed(failure);
    for (int i = 0; i < batch.size(); i++) {
      DeliveryOutcome outcome = outcome(outcomes, batch.size(), i);
      answer(batch.get(i), outcome == null ? otherwise : outcome);
    }
  }

  private static @Nullable DeliveryOutcome outcome(
      @Nullable List<DeliveryOutcome> outcomes, int expected, int index) {
    try {
      return outcomes != null && outcomes.size() == expected ? outcomes.get(index) : null;
    } catch (Throwable e) {
      // The tier may return its own list implementation. If the exception escaped, the events would
      // never be released.
      return null;
    }
  }

  private void answer(Taken taken, DeliveryOutcome outcome) {
    try {
      answers.answered(taken.event(), outcome);
    } catch (Throwable e) {
      BROKEN_ANSWER.show(
          heldBack ->
              log.atError()
                  .addKeyValue("notShown", heldBack)
                  .setCause(e)
                  .log("Could not account for the outcome of an event of this process"));
    } finally {
      release(taken.bytes());
    }
  }

  private static DeliveryOutcome notConfirmed(@Nullable Throwable failure) {
    return new DeliveryOutcome.NotConfirmed(
        failure == null
            ? new IllegalStateException("The tier did not give one outcome for each event")
            : failure);
  }

  /**
   * Blocks until the condition holds, until the deadline at most. Checks the condition every 5 ms,
   * and when the last event is released after close. An interrupt does not end the wait, because
   * events would be lost; the interrupt flag is set again at the end.
   */
  private void await(BooleanSupplier condition, Deadline deadline) {
    boolean interrupted = false;
    while (!condition.getAsBoolean() && !deadline.remaining().isZero()) {
      try {
        synchronized (settledSignal) {
          TimeUnit.NANOSECONDS.timedWait(
              settledSignal, Math.clamp(deadline.remaining().toNanos(), 1, NAP_NANOS));
        }
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
