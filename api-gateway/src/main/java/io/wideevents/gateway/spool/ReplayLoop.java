package io.wideevents.gateway.spool;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that walks one {@link ReplayLane}, at a bounded pace. Ended by a flag and never by an
 * interrupt, which would close files under it.
 */
final class ReplayLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayLoop.class);
  private static final Duration IDLE = Duration.ofMillis(250);
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(500);

  private final ReplayLane lane;
  private final CompletableFuture<Void> stopped;
  private final int eventsPerSecond;
  private final ReplayBackoff backoff;
  private final Thread thread;
  private final LongAdder delivered = new LongAdder();
  private final LongAdder refused = new LongAdder();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition wakeUp = lock.newCondition();
  private boolean awake;

  /**
   * @param stopped completed by {@link #stop}; what the lane waits on too
   */
  ReplayLoop(
      String threadName,
      ReplayLane lane,
      CompletableFuture<Void> stopped,
      int eventsPerSecond,
      RandomGenerator random) {
    this.lane = lane;
    this.stopped = stopped;
    this.eventsPerSecond = eventsPerSecond;
    this.backoff = new ReplayBackoff(random);
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  long delivered() {
    return delivered.sum();
  }

  long refused() {
    return refused.sum();
  }

  private void run() {
    try {
      while (!stopped.isDone()) {
        long start = System.nanoTime();
        ReplayLane.Step step = step();
        delivered.add(step.delivered());
        refused.add(step.refused());
        pause(waitAfter(step).minusNanos(System.nanoTime() - start));
      }
    } catch (InterruptedException e) {
      LOG.warn("Replay was interrupted and ends; spooled events wait for the next start");
      Thread.currentThread().interrupt();
    }
  }

  private ReplayLane.Step step() throws InterruptedException {
    try {
      return lane.step();
    } catch (RuntimeException e) {
      // A bug, or a disk that fails: neither may end the replay for good.
      LOG.atError().setCause(e).log("Replay failed; it will go on");
      return new ReplayLane.Step(1, 0, 0);
    }
  }

  /** Time from the beginning of a step to the beginning of the next. */
  private Duration waitAfter(ReplayLane.Step step) {
    if (step.read() == 0) {
      return IDLE;
    }
    if (!step.isProgress()) {
      return backoff.next();
    }
    backoff.reset();
    return Duration.ofNanos(step.read() * 1_000_000_000L / eventsPerSecond);
  }

  private void pause(Duration duration) throws InterruptedException {
    long nanos = duration.toNanos();
    lock.lock();
    try {
      while (nanos > 0 && !awake && !stopped.isDone()) {
        nanos = wakeUp.awaitNanos(nanos);
      }
      awake = false;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the current pause. */
  void wake() {
    lock.lock();
    try {
      awake = true;
      wakeUp.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Has the thread end after what it is doing. Idempotent. */
  void stop() {
    stopped.complete(null);
    wake();
  }

  /** Waits for the thread to end, at most 0.5 s; to be called after {@link #stop}. */
  void join() {
    if (thread.getState() == Thread.State.NEW) {
      // Never started, and join would refuse that.
      return;
    }
    try {
      if (!thread.join(STOP_TIMEOUT)) {
        LOG.atWarn()
            .addKeyValue("thread", thread.getName())
            .log("Replay does not end; what it delivers last may be delivered again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
