package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.SpoolOutcome.Failed;
import io.wideevents.delivery.spool.SpoolOutcome.RefusalReason;
import io.wideevents.delivery.spool.SpoolOutcome.Refused;
import io.wideevents.delivery.spool.SpoolOutcome.Spooled;
import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets many requests share one disk sync. Frames that arrive during a sync are written and synced
 * together by the next one. No delay is added to fill a group.
 *
 * <p>Owns the thread {@code spool-writer}, the only thread that appends to the log. The thread is
 * never interrupted, because an interrupt would close the file that it writes.
 */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);

  /** Bytes of a group, unless one append alone has more. */
  static final long MOST_GROUP_BYTES = 4L << 20;

  /** How often an idle writer checks for free space. */
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

  private static final Duration REST_AFTER_FAILURE = Duration.ofMillis(100);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final SegmentLog log;
  private final SpoolBounds bounds;
  private final SpoolTrouble trouble;
  private final Supplier<Duration> stopTimeout;
  private final Thread thread = new Thread(this::run, "spool-writer");

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition work = lock.newCondition();
  private final ArrayDeque<Append> queue = new ArrayDeque<>();

  /** Bytes that wait or are being written. */
  private long queuedBytes;

  private boolean closed;

  private record Append(List<byte[]> frames, long bytes, CompletableFuture<SpoolOutcome> done) {}

  /**
   * @param stopTimeout supplies the time that {@link #stop} may wait
   */
  GroupCommit(
      SegmentLog log, SpoolBounds bounds, SpoolTrouble trouble, Supplier<Duration> stopTimeout) {
    this.log = log;
    this.bounds = bounds;
    this.trouble = trouble;
    this.stopTimeout = stopTimeout;
    // A hanging disk must not keep the process alive.
    thread.setDaemon(true);
  }

  /**
   * Checks for free space, so that a full spool is reported as full from the start, and starts the
   * thread.
   */
  void start() {
    lookForRoom();
    thread.start();
  }

  /**
   * Queues frames for the next group. Does not block. The future completes on the writer thread.
   */
  CompletableFuture<SpoolOutcome> append(List<byte[]> frames) {
    long bytes = frames.stream().mapToLong(frame -> frame.length).sum();
    CompletableFuture<SpoolOutcome> done = new CompletableFuture<>();
    Optional<Refused> refused = offer(new Append(frames, bytes, done));
    if (refused.isPresent()) {
      trouble.report(refused.get());
      done.complete(refused.get());
    }
    return done;
  }

  private Optional<Refused> offer(Append append) {
    lock.lock();
    try {
      if (closed) {
        return Optional.of(new Refused(RefusalReason.CLOSED, "The spool is closing"));
      }
      Optional<Refused> refused = bounds.checkSize(queuedBytes, append.bytes);
      if (refused.isEmpty()) {
        queue.add(append);
        queuedBytes += append.bytes;
        work.signal();
      }
      return refused;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean ended = false;
    while (!ended) {
      try {
        ended = step();
      } catch (Throwable e) {
        // For example, there is no memory for a group. The thread must survive, or no event would
        // be spooled any more.
        failures.show(
            notShown ->
                LOG.atError()
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("The spool's writer failed; it continues"));
        LockSupport.parkNanos(this, REST_AFTER_FAILURE.toNanos());
      }
    }
  }

  /** Writes a group or waits for one; returns whether the writer has ended. */
  private boolean step() {
    if (ended()) {
      return true;
    }
    awaitWork();
    if (!runOnce()) {
      lookForRoom();
    }
    return false;
  }

  /**
   * Writes, syncs and completes one group. Blocks for the disk and does not wait for work. Used by
   * one thread at a time: the writer thread, or the thread of a simulation that never calls {@link
   * #start}.
   *
   * @return whether there was a group
   */
  boolean runOnce() {
    List<Append> group = nextGroup();
    if (group.isEmpty()) {
      return false;
    }
    complete(group, write(group));
    return true;
  }

  /**
   * Checks for free space without an event. A gateway that is not ready because its spool is full
   * gets no event that would show that the space is free again.
   */
  void lookForRoom() {
    try {
      trouble.look(bounds.checkRoom());
    } catch (RuntimeException | Error e) {
      // A failed check must not end the only writer thread. The next append meets the same limits.
      LogThrottle.safely(
          () -> LOG.atWarn().setCause(e).log("Could not check the free space of the spool"));
    }
  }

  private boolean ended() {
    lock.lock();
    try {
      return closed && queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private List<Append> nextGroup() {
    lock.lock();
    try {
      List<Append> group = new ArrayList<>();
      long bytes = 0;
      while (!queue.isEmpty()
          && (group.isEmpty() || bytes + queue.peek().bytes <= MOST_GROUP_BYTES)) {
        // Removed last: an append that is in neither list would never be completed.
        Append append = queue.element();
        group.add(append);
        bytes += append.bytes;
        queue.remove();
      }
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Waits until an append is queued, the interval has passed or the log is closed. */
  private void awaitWork() {
    long nanos = LOOK_INTERVAL.toNanos();
    lock.lock();
    try {
      while (queue.isEmpty() && !closed && nanos > 0) {
        nanos = work.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // Only a flag ends the writer. An interrupt is a bug elsewhere.
      LogThrottle.safely(() -> LOG.warn("The spool's writer was interrupted and continues"));
    } finally {
      lock.unlock();
    }
  }

  private SpoolOutcome write(List<Append> group) {
    long bytes = group.stream().mapToLong(Append::bytes).sum();
    try {
      Optional<Refused> refused = bounds.checkDisk(bytes + log.headerBytesFor(bytes));
      if (refused.isPresent()) {
        return refused.get();
      }
      log.append(group.stream().flatMap(append -> append.frames.stream()).toList());
      return new Spooled();
    } catch (Throwable e) {
      // Any failure must be reported to the callers, and the next group may succeed.
      return new Failed(e);
    }
  }

  private void complete(List<Append> group, SpoolOutcome outcome) {
    lock.lock();
    try {
      group.forEach(append -> queuedBytes -= append.bytes);
    } finally {
      lock.unlock();
    }
    try {
      trouble.report(outcome);
    } catch (RuntimeException | Error e) {
      LogThrottle.safely(
          () -> LOG.atWarn().setCause(e).log("Could not report the state of the spool"));
    }
    group.forEach(append -> append.done.complete(outcome));
  }

  /**
   * Rejects further appends and waits, within the timeout, for the accepted ones. Idempotent.
   *
   * @return whether the writer has ended; if not, it may still be writing
   */
  boolean stop() {
    lock.lock();
    try {
      closed = true;
      work.signal();
    } finally {
      lock.unlock();
    }
    if (thread.getState() == Thread.State.NEW) {
      // Without a thread, the caller of runOnce is the writer, and that is the current thread.
      while (runOnce()) {}
      return true;
    }
    try {
      return thread.join(stopTimeout.get());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
