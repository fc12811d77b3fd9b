package io.wideevents.gateway.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A fixed pool of threads that process bodies; further bodies wait. The pool takes one body of each
 * client in rotation. A client with a hundred waiting bodies therefore delays another client by one
 * body.
 *
 * <p>The limit of connections also limits the number of waiting bodies. Safe for concurrent use.
 */
final class BodyThreads implements AutoCloseable {
  private final Duration maxWait;
  private final ThreadPoolExecutor threads;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Client> clients = new HashMap<>();
  private long round;
  private long count;

  /** The last round given to a body of one client, and the number of its bodies. */
  private static final class Client {
    private long lastRound;
    private int bodies;
  }

  /**
   * @param atOnce number of bodies that are processed in parallel
   * @param maxWait how long a body may wait for a thread
   */
  BodyThreads(String name, int atOnce, Duration maxWait) {
    this.maxWait = maxWait;
    this.threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            0,
            TimeUnit.SECONDS,
            new PriorityBlockingQueue<>(),
            Thread.ofPlatform().name(name + "-", 0).daemon().factory());
  }

  /**
   * Does the work on a thread of the pool and blocks until its end. Rethrows what the work throws,
   * including an {@code Error}.
   *
   * @throws ProblemException 429 when no thread starts the work within the longest wait, 503 when
   *     the pool is closed
   */
  <T> T run(String client, Supplier<T> work) {
    Task<T> task = queued(client, work);
    try {
      threads.execute(task);
      if (!task.await(maxWait) && task.take()) {
        threads.remove(task);
        throw new ProblemException(Problems.tooBusy());
      }
      task.await(Duration.ofNanos(Long.MAX_VALUE));
      return task.result();
    } catch (RejectedExecutionException e) {
      throw new ProblemException(Problems.draining());
    } finally {
      // Runs even if no thread could be started, for example for lack of memory.
      ended(client);
    }
  }

  /** Approximate number of bodies that wait for a thread. */
  int waiting() {
    return threads.getQueue().size();
  }

  int clients() {
    lock.lock();
    try {
      return clients.size();
    } finally {
      lock.unlock();
    }
  }

  /** Stops the threads after their current work. Waiting bodies fail with 503. */
  @Override
  public void close() {
    threads.shutdown();
    List<Runnable> waiting = new ArrayList<>();
    threads.getQueue().drainTo(waiting);
    waiting.forEach(task -> ((Task<?>) task).fail(new ProblemException(Problems.draining())));
  }

  private <T> Task<T> queued(String client, Supplier<T> work) {
    lock.lock();
    try {
      Client state = clients.computeIfAbsent(client, name -> new Client());
      state.lastRound = Math.max(round, state.lastRound) + 1;
      state.bodies++;
      return new Task<>(work, state.lastRound, count++);
    } finally {
      lock.unlock();
    }
  }

  private void ended(String client) {
    lock.lock();
    try {
      clients.computeIfPresent(client, (name, state) -> --state.bodies == 0 ? null : state);
    } finally {
      lock.unlock();
    }
  }

  private void begun(long begunRound) {
    lock.lock();
    try {
      round = Math.max(round, begunRound);
    } finally {
      lock.unlock();
    }
  }

  private final class Task<T> implements Runnable, Comparable<Task<?>> {
    private final Supplier<T> work;
    private final long roundOfClient;
    private final long number;
    private final AtomicBoolean taken = new AtomicBoolean();
    private final CountDownLatch done = new CountDownLatch(1);
    private @Nullable T value;
    private @Nullable Throwable failure;

    Task(Supplier<T> work, long roundOfClient, long number) {
      this.work = work;
      this.roundOfClient = roundOfClient;
      this.number = number;
    }

    @Override
    public void run() {
      if (!take()) {
        return;
      }
      try {
        begun(roundOfClient);
        value = work.get();
      } catch (Throwable e) {
        // Allocates nothing, because the failure may be an OutOfMemoryError.
        failure = e;
      } finally {
        done.countDown();
      }
    }

    /** Returns true if the task had not started. Then only the caller may complete it. */
    boolean take() {
      return taken.compareAndSet(false, true);
    }

    void fail(RuntimeException cause) {
      if (take()) {
        failure = cause;
        done.countDown();
      }
    }

    /**
     * Waits for the end of the task. An interrupt does not end the wait, because the thread may
     * still use the request's memory.
     *
     * @return false if the timeout elapsed first
     */
    boolean await(Duration timeout) {
      long end = System.nanoTime() + timeout.toNanos();
      boolean interrupted = false;
      try {
        while (true) {
          try {
            return done.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
      } finally {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    }

    T result() {
      if (failure instanceof RuntimeException e) {
        throw e;
      }
      if (failure instanceof Error e) {
        throw e;
      }
      return Objects.requireNonNull(value, "the work returned nothing");
    }

    @Override
    public int compareTo(Task<?> other) {
      int byRound = Long.compare(roundOfClient, other.roundOfClient);
      return byRound != 0 ? byRound : Long.compare(number, other.number);
    }
  }
}
