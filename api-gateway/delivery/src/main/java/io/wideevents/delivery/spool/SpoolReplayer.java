package io.wideevents.delivery.spool;

import io.wideevents.delivery.LoggerPort;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drains a spool when the other tiers take events again. Pending events go to Kafka or MongoDB, and
 * rejected events go to the dead-letter topic. A segment leaves the spool only when all its events
 * are durable elsewhere. After a crash the whole segment is delivered again under the same ids.
 *
 * <p>Uses the thread {@code spool-replay}. One chunk is in flight at a time, and the rate is
 * limited, because live traffic has priority. A flag ends the thread. The thread is not
 * interrupted, because an interrupt would close the file that it reads. Owned by the gateway's
 * application, and closed before the spool and the tiers.
 */
public final class SpoolReplayer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolReplayer.class);
  private static final Duration STOP_TIMEOUT = Duration.ofMillis(500);

  private final SegmentReplay replay;
  private final Thread thread = new Thread(this::run, "spool-replay");
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition signal = lock.newCondition();
  private boolean signalled;
  private boolean stopped;

  /**
   * @param tiers Kafka, then MongoDB, without the spool; not closed by this class
   * @param eventsPerSecond maximum rate, at least 1
   */
  public SpoolReplayer(
      EventSpool spool, LoggerPort tiers, DeadLetterPort deadLetters, int eventsPerSecond) {
    this(
        spool,
        tiers,
        deadLetters,
        new ReplayPace(eventsPerSecond, RandomGenerator.getDefault(), System::nanoTime));
  }

  /**
   * Uses the caller's clock, for a simulation that calls {@link #runOnce} and never {@link #start}.
   */
  SpoolReplayer(EventSpool spool, LoggerPort tiers, DeadLetterPort deadLetters, ReplayPace pace) {
    this.replay = new SegmentReplay(spool, tiers, deadLetters, pace, this::signal);
    thread.setDaemon(true);
  }

  /** Starts the thread. */
  public void start() {
    thread.start();
  }

  private void run() {
    try {
      while (!isStopped()) {
        await(replay.runOnce());
      }
      replay.concludeAnswered();
    } catch (InterruptedException e) {
      LOG.warn("Replay was interrupted and ends; spooled events wait for the next start");
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs the due work on the caller's thread. Blocks for the disk and not for the targets.
   *
   * @return nanoseconds until the next work, unless a target answers or {@link #wake} is called
   *     before
   */
  long runOnce() {
    return replay.runOnce();
  }

  /**
   * Retries at once instead of after the current backoff. Called when the circuit of a tier closes.
   */
  public void wake() {
    replay.wake();
  }

  /** Counts since the start; they only grow. */
  public ReplayStats stats() {
    return replay.stats();
  }

  private void await(long nanos) throws InterruptedException {
    long left = nanos;
    lock.lock();
    try {
      while (left > 0 && !stopped && !signalled) {
        left = signal.awaitNanos(left);
      }
      signalled = false;
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

  private void signal() {
    lock.lock();
    try {
      signalled = true;
      signal.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread after its current step. Does not block. Idempotent. */
  public void stop() {
    lock.lock();
    try {
      stopped = true;
      signal.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Ends the thread. Blocks for at most 0.5 s. Idempotent. No event is lost. */
  @Override
  public void close() {
    stop();
    if (thread.getState() == Thread.State.NEW) {
      // The thread was never started, so there is nothing to wait for.
      return;
    }
    try {
      if (!thread.join(STOP_TIMEOUT)) {
        LOG.warn(
            "The replay did not end in time. The events that it delivers last may be delivered again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
