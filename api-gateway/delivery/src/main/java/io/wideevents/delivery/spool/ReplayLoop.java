package io.wideevents.delivery.spool;

import io.wideevents.log.LogThrottle;
import io.wideevents.time.Backoff;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one {@link ReplayLane} at a bounded rate, on its own thread or stepped by a simulation. A
 * flag ends the thread. The thread is never interrupted, because an interrupt would close the files
 * that it uses.
 */
final class ReplayLoop {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayLoop.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);

  /** Bounds the backoff, because only the next attempt detects the end of an outage. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private static final Duration IDLE = Duration.ofMillis(250);
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(500);

  private final ReplayLane lane;
  private final int eventsPerSecond;
  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private final Thread thread;
  private final LongAdder delivered = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition signal = lock.newCondition();

  private boolean awake;
  private boolean stopped;

  // Used only by the thread that calls runOnce.
  private ReplayLane.@Nullable Delivery inFlight;
  private long stepStart;
  private long nextStep;
  private int failedInRow;

  /**
   * @param nanoTime monotonic clock, the same as the lane's
   */
  ReplayLoop(
      String threadName,
      ReplayLane lane,
      int eventsPerSecond,
      RandomGenerator random,
      LongSupplier nanoTime) {
    this.lane = lane;
    this.eventsPerSecond = eventsPerSecond;
    this.backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, random);
    this.nanoTime = nanoTime;
    this.nextStep = nanoTime.getAsLong();
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
      while (!isStopped()) {
        await(runOnce());
      }
      concludeIfAnswered();
    } catch (InterruptedException e) {
      LOG.warn("Replay was interrupted and ends; spooled events wait for the next start");
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Concludes a delivery that was answered or expired, or begins the next one. Blocks for the disk
   * and not for the target. Used by one thread at a time.
   *
   * @return nanoseconds until the next work; {@link #wake} or the target's answer may end that time
   *     earlier
   */
  long runOnce() {
    ReplayLane.Delivery delivery = inFlight;
    if (delivery == null) {
      return begin();
    }
    long left = delivery.expiresAt() - nanoTime.getAsLong();
    if (left > 0 && !delivery.answer().isDone()) {
      return left;
    }
    return conclude(delivery);
  }

  private long begin() {
    long pause = nextStep - nanoTime.getAsLong();
    if (pause > 0 && !takeAwake()) {
      return pause;
    }
    stepStart = nanoTime.getAsLong();
    try {
      Optional<ReplayLane.Delivery> begun = lane.begin();
      if (begun.isEmpty()) {
        return pauseAfter(ReplayLane.Step.END_OF_PASS);
      }
      inFlight = begun.get();
      var unused = inFlight.answer().whenComplete((outcomes, failure) -> signalAll());
      return 0;
    } catch (RuntimeException | Error e) {
      return pauseAfter(failed(e));
    }
  }

  private long conclude(ReplayLane.Delivery delivery) {
    inFlight = null;
    try {
      ReplayLane.Step step = lane.conclude(delivery);
      delivered.add(step.delivered());
      refused.add(step.refused());
      return pauseAfter(step);
    } catch (RuntimeException | Error e) {
      return pauseAfter(failed(e));
    }
  }

  private void concludeIfAnswered() {
    ReplayLane.Delivery delivery = inFlight;
    if (delivery != null && delivery.answer().isDone()) {
      var unused = conclude(delivery);
    }
  }

  /** A bug, a failing disk or a lack of memory must not end the replay. */
  private ReplayLane.Step failed(Throwable cause) {
    failures.show(
        notShown ->
            LOG.atError()
                .addKeyValue("notShown", notShown)
                .setCause(cause)
                .log("Replay failed; it will go on"));
    return new ReplayLane.Step(1, 0, 0);
  }

  private long pauseAfter(ReplayLane.Step step) {
    nextStep = stepStart + waitAfter(step).toNanos();
    return Math.max(0, nextStep - nanoTime.getAsLong());
  }

  /** Time from the beginning of a step to the beginning of the next. */
  private Duration waitAfter(ReplayLane.Step step) {
    if (step.read() == 0) {
      return IDLE;
    }
    if (!step.isProgress()) {
      failedInRow++;
      return backoff.after(failedInRow);
    }
    failedInRow = 0;
    return Duration.ofNanos(step.read() * 1_000_000_000L / eventsPerSecond);
  }

  private void await(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (left > 0 && !stopped && !isDue()) {
        left = signal.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  private boolean isDue() {
    return inFlight == null ? awake : inFlight.answer().isDone();
  }

  private boolean takeAwake() {
    lock.lock();
    try {
      boolean taken = awake;
      awake = false;
      return taken;
    } finally {
      lock.unlock();
    }
  }

  private boolean isStopped() {
    lock.lock();
    try {
      return stopped;
    } finally {
      lock.unlock();
    }
  }

  private void signalAll() {
    lock.lock();
    try {
      signal.signalAll();
    } finally {
      lock.unlock();
    }
  }

  void wake() {
    lock.lock();
    try {
      awake = true;
      signal.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after its current step. Idempotent. */
  void stop() {
    lock.lock();
    try {
      stopped = true;
      signal.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits at most 0.5 s for the thread to end; called after {@link #stop}. */
  void join() {
    if (thread.getState() == Thread.State.NEW) {
      // The thread was never started, so there is nothing to wait for.
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
