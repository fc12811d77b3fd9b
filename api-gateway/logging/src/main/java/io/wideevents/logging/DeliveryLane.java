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
 * One way from request threads to a tier: many may offer, one thread of its own encodes, gathers
 * batches and logs them.
 *
 * <p>Offering takes a fraction of a microsecond and neither blocks nor allocates more than a queue
 * node. Memory is bounded by bytes, counted from the offer until the tier has answered. Nothing
 * waits for a batch to fill: what gathers while the thread is busy, at most {@link #NAP_NANOS}
 * otherwise, goes together.
 */
final class DeliveryLane {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final LogThrottle BROKEN_ANSWER = new LogThrottle(Duration.ofSeconds(10));

  private static final int MAX_BATCH_EVENTS = 500;
  private static final long MAX_BATCH_BYTES = 1L << 20;

  // Waking a sleeping thread costs the request some microseconds, so the thread naps and looks for
  // itself while there is traffic, and sleeps for good only after a tenth of a second without any.
  // Naps cost as well: of 1 ms, a quarter of all the CPU time that logging took.
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

  /** The queue was emptied by {@link #close}; an event that is added later is taken back. */
  private volatile boolean drained;

  /** Nothing is handed to the tier any more. */
  private volatile boolean takenOver;

  /** Whether the thread is in the tier's method, which may block. */
  private volatile boolean handingOver;

  private int naps;

  /**
   * Learns what became of each event; called on whatever thread the tier answers on. An exception
   * of its own is logged, and costs neither this event's memory nor the answers of others.
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

  /** Takes an event unless there is no room for it, or it is closed. */
  boolean offer(Pending pending) {
    int bytes = pending.retainedBytes();
    if (closed || !reserve(bytes)) {
      return false;
    }
    heldEvents.incrementAndGet();
    try {
      queue.add(pending);
    } catch (Throwable e) {
      // No memory for a queue node: as if there were no room.
      release(bytes);
      return false;
    }
    // Read after the add, written before the thread's last look: one of the two sees the other.
    if (asleep) {
      LockSupport.unpark(thread);
    }
    // Likewise with the last drain: it finds the event, or this sees that there was one. Then the
    // event is taken back, unless the drain got hold of it all the same.
    if (drained && queue.remove(pending)) {
      release(bytes);
      return false;
    }
    return true;
  }

  long heldBytes() {
    return heldBytes.get();
  }

  /** As {@link #offer}, but waits for room, at most until the deadline. */
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
   * Takes nothing more and waits for what was taken, at most until the deadline.
   *
   * @return what was not handed to the tier by then, to be delivered otherwise
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
   * Hands nothing more to the tier. To be called after {@link #close}.
   *
   * @return events to deliver otherwise, because they were being encoded, and those to deliver
   *     also, because the tier has not answered for them
   * @param deadline until when to wait for what is being encoded
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

  /** Events that the tier has not answered for. */
  List<Pending.Encoded> unanswered() {
    return unanswered.stream().flatMap(batch -> batch.events.stream()).map(Taken::event).toList();
  }

  /** Events that were handed to the tier and are not answered for, or still wait. */
  long heldEvents() {
    return heldEvents.get();
  }

  private boolean reserve(int bytes) {
    // Added first and taken back: exact enough, and no loop under contention.
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
        // No memory for a batch, say. Nothing was taken from the queue for it, so it is tried again
        // after a rest; without this thread no event would be delivered any more.
        LockSupport.parkNanos(this, NAP_NANOS);
      }
    }
  }

  /** Delivers a batch, or rests; whether this was the last one. */
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
    // A tier may have interrupted this thread, which is interrupted for no reason of ours. While
    // the
    // flag is set, park does not wait.
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

  /** An event that was taken from the queue, and what it holds of the bound. */
  private record Taken(Pending.Encoded event, int bytes) {}

  /** Events that go to the tier together. Two batches are never equal. */
  private static final class Batch {
    private final List<Taken> events = new ArrayList<>();
    private volatile boolean handedOver;
  }

  /** Whether there was anything to do. */
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

  /** Encodes an event into the batch, or counts and releases it; bytes that the batch grew by. */
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
      // No memory for it. The events were taken from the queue already.
      answer(batch.events, null, e);
      return;
    }
    // Read after the batch was added: takeOver() finds it.
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
      // A bug of the tier's, or a class that is missing: its events must not be lost for it.
      answer(batch, null, e);
    } finally {
      handingOver = false;
    }
  }

  /** Takes the first answer to a batch: a future of the tier's own may call back and throw. */
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
      // A list of the tier's own. Without this the events would never be released.
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
   * Waits until a condition holds, at most until the deadline. Looks at it when an event is
   * released while this lane is closed, and every 5 ms. On an interrupted thread as well: events
   * would be lost otherwise. The thread stays interrupted.
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
