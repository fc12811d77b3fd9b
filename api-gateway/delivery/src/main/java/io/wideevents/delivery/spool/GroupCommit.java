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
 * Lets many requests share one disk sync: whatever arrives while a sync runs is written and synced
 * together by the next. No delay is added to wait for company.
 *
 * <p>Owns the thread {@code spool-writer}, which alone appends to the log. It is never interrupted:
 * that would close the file under it.
 */
final class GroupCommit {
  private static final Logger LOG = LoggerFactory.getLogger(GroupCommit.class);
  private static final long MOST_GROUP_BYTES = 4L << 20;

  /** How often an idle writer looks whether there is room. */
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

  /** Waiting or being written. */
  private long queuedBytes;

  private boolean closed;

  private record Append(List<byte[]> frames, long bytes, CompletableFuture<SpoolOutcome> done) {}

  /**
   * @param stopTimeout asked at the end how long it may take
   */
  GroupCommit(
      SegmentLog log, SpoolBounds bounds, SpoolTrouble trouble, Supplier<Duration> stopTimeout) {
    this.log = log;
    this.bounds = bounds;
    this.trouble = trouble;
    this.stopTimeout = stopTimeout;
    // A disk that hangs must not keep the process alive.
    thread.setDaemon(true);
  }

  /** Looks for room, so that a spool found full is reported as full, and starts the thread. */
  void start() {
    lookForRoom();
    thread.start();
  }

  /** Queues frames for the next group; returns at once. Completes on the writer's thread. */
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
        // No memory for a group, say. Without this thread no event would be spooled any more.
        failures.show(
            notShown ->
                LOG.atError()
                    .addKeyValue("notShown", notShown)
                    .setCause(e)
                    .log("The spool's writer failed; it goes on"));
        LockSupport.parkNanos(this, REST_AFTER_FAILURE.toNanos());
      }
    }
  }

  /** Writes a group, or waits for one; whether that was the last. */
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
   * Writes, syncs and answers one group; blocks for the disk and not for work. Used by one thread
   * at a time: the writer's, or a simulation's that never calls {@link #start}.
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

  /** A gateway that is not ready for a full spool gets no event to find out with. */
  void lookForRoom() {
    try {
      trouble.look(bounds.checkRoom());
    } catch (RuntimeException | Error e) {
      // The one writer must not end for it: the next append finds out what this look did not.
      LogThrottle.safely(
          () -> LOG.atWarn().setCause(e).log("Could not look for room in the spool"));
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
        // Removed last: an append that is in neither list would never be answered.
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

  /** Blocks until an append waits, for a limited time, or until closed. */
  private void awaitWork() {
    long nanos = LOOK_INTERVAL.toNanos();
    lock.lock();
    try {
      while (queue.isEmpty() && !closed && nanos > 0) {
        nanos = work.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      // The writer ends by a flag alone. An interrupt is a bug elsewhere.
      LogThrottle.safely(() -> LOG.warn("The spool's writer was interrupted and goes on"));
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
      // Whatever it was: whoever waits has to hear of it, and the next group may fare better.
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
      LogThrottle.safely(() -> LOG.atWarn().setCause(e).log("Could not tell how the spool is"));
    }
    group.forEach(append -> append.done.complete(outcome));
  }

  /**
   * Takes nothing more and waits, within the timeout, for what it took. Idempotent.
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
      // Without a thread the caller of runOnce is the writer, and this is the caller.
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
