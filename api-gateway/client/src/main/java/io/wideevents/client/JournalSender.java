package io.wideevents.client;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the journal's events to the gateway, oldest first, with one thread. A batch is removed from
 * the journal when the gateway has decided about each of its events.
 *
 * <p>Safe for concurrent use.
 */
final class JournalSender implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WideEventsClient.class);
  private static final int MAX_BATCH_EVENTS = 500;
  private static final int MAX_BATCH_BYTES = 1 << 20;
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration AFTER_REJECTION = Duration.ofMillis(100);

  /** How long one call of the sender retries. Afterwards the events are sent once more. */
  private static final Duration ATTEMPT = Duration.ofMinutes(10);

  private final Journal journal;
  private final GatewaySender sender;
  private final Thread thread;
  private final LogThrottle failed = new LogThrottle(Duration.ofSeconds(10));
  private volatile boolean closed;

  JournalSender(Journal journal, GatewaySender sender) {
    this.journal = journal;
    this.sender = sender;
    this.thread = new Thread(this::run, "logging-journal");
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  /** Stores events; blocks for the disk, not for capacity. Returns whether they are on disk. */
  boolean append(List<byte[]> events) {
    boolean isStored = !closed && journal.append(events);
    if (isStored) {
      LockSupport.unpark(thread);
    }
    return isStored;
  }

  /** Stores events; waits for capacity until the deadline. Returns whether they are on disk. */
  boolean append(List<byte[]> events, Deadline deadline) {
    while (!closed && !deadline.remaining().isZero()) {
      deadline.await(() -> closed || journal.hasCapacity(events));
      if (append(events)) {
        return true;
      }
      // The disk failed, or other threads were faster.
      deadline.atMost(AFTER_REJECTION).await(() -> closed);
    }
    return false;
  }

  long pendingBytes() {
    return journal.pendingBytes();
  }

  long damagedBytes() {
    return journal.damagedBytes();
  }

  /** Waits until the journal is empty, until the deadline at most. */
  void drain(Deadline deadline) {
    deadline.await(() -> journal.pendingBytes() == 0);
  }

  private void run() {
    while (!closed) {
      try {
        Journal.Batch batch = journal.next(MAX_BATCH_EVENTS, MAX_BATCH_BYTES);
        if (batch == null) {
          park();
        } else {
          send(batch);
        }
      } catch (IOException | RuntimeException | Error e) {
        failed.show(
            notShown ->
                log.atError()
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("Events of the journal could not be sent; they stay in the journal"));
        LockSupport.parkNanos(this, AFTER_FAILURE.toNanos());
      }
    }
  }

  private void send(Journal.Batch batch) {
    List<byte[]> left = batch.events();
    while (!left.isEmpty()) {
      if (closed) {
        return;
      }
      left = unconfirmed(left, sender.send(left, Deadline.after(ATTEMPT)));
    }
    journal.remove(batch);
  }

  private static List<byte[]> unconfirmed(List<byte[]> events, List<DeliveryOutcome> outcomes) {
    List<byte[]> left = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      if (outcomes.get(i) instanceof DeliveryOutcome.NotConfirmed) {
        left.add(events.get(i));
      }
    }
    return left;
  }

  /** Waits for an event. An append unparks this thread; the limit covers a missed one. */
  private void park() {
    var unused = Thread.interrupted();
    LockSupport.parkNanos(this, AFTER_FAILURE.toNanos());
  }

  /** Ends the thread and closes the journal. Close the gateway's sender before. Idempotent. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    Deadline.after(AFTER_FAILURE).await(() -> !thread.isAlive());
    journal.close();
  }
}
