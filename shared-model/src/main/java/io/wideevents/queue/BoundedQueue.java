package io.wideevents.queue;

import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A queue with a limit in bytes and one sender thread. Many threads may offer items. The sender
 * thread calls the sender, which takes items with {@link #poll} and sends them.
 *
 * <p>{@link #offer} takes a fraction of a microsecond. It does not block, and allocates only a
 * queue node. The bytes of an item count from the offer until {@link #releaseItem}, so the limit
 * includes the items that were taken and are not acknowledged yet. The sender thread does not wait
 * for a batch to fill. It takes the items that arrived while it was busy. While items arrive, it
 * parks for 5 ms at most.
 *
 * <p>Safe for concurrent use. Owned, and closed, by the creator. The thread is a daemon.
 *
 * @param <T> the items
 */
public final class BoundedQueue<T> {
  // Unparking a thread costs the caller of offer some microseconds. While items arrive, the sender
  // thread therefore parks with a timeout and polls. It parks without a timeout only after a tenth
  // of a second without items. A shorter timeout costs processor time: 1 ms took a quarter of all
  // the processor time of logging.
  private static final long POLL_NANOS = Duration.ofMillis(5).toNanos();
  private static final int EMPTY_POLLS_BEFORE_PARK = 20;

  private final long maxBytes;
  private final ToIntFunction<? super T> sizeInBytes;
  private final BooleanSupplier sender;
  private final Thread thread;

  private final Queue<T> queue = new ConcurrentLinkedQueue<>();
  private final AtomicLong pendingBytes = new AtomicLong();
  private final AtomicLong pendingItems = new AtomicLong();

  private volatile boolean parked;
  private volatile boolean closed;

  /**
   * {@link #close} has drained the queue. An item that is added later is removed again and
   * rejected.
   */
  private volatile boolean drained;

  private int emptyPolls;

  /**
   * @param maxBytes limit of the pending items together; a single item of any size is accepted
   *     while no other item is pending
   * @param sizeInBytes the memory of an item in bytes, the same at each call
   * @param sender takes items with {@link #poll}, sends them, and returns whether there were any.
   *     Called on the sender thread only. May block. A sender that throws is called again after 5
   *     ms
   */
  public BoundedQueue(
      String threadName,
      long maxBytes,
      ToIntFunction<? super T> sizeInBytes,
      BooleanSupplier sender) {
    this.maxBytes = maxBytes;
    this.sizeInBytes = sizeInBytes;
    this.sender = sender;
    this.thread = new Thread(this::run, threadName);
    thread.setDaemon(true);
  }

  /** Starts the sender thread. */
  public void start() {
    thread.start();
  }

  /** Adds an item. Returns false if the queue is full or closed. Never blocks. */
  public boolean offer(T item) {
    int bytes = sizeInBytes.applyAsInt(item);
    if (closed || !reserve(bytes)) {
      return false;
    }
    pendingItems.incrementAndGet();
    try {
      queue.add(item);
    } catch (Throwable e) {
      // There is no memory for a queue node. Treat the queue as full.
      releaseItem(bytes);
      return false;
    }
    // The add comes before this read. The sender thread sets parked before its last look at the
    // queue. So either this thread sees parked, or the sender thread sees the item.
    if (parked) {
      LockSupport.unpark(thread);
    }
    // The same holds for the last drain: close sets drained before it drains. So either the drain
    // finds the item, or this thread sees drained. If the drain has already taken the item, remove
    // returns false and the item counts as accepted.
    if (drained && queue.remove(item)) {
      releaseItem(bytes);
      return false;
    }
    return true;
  }

  /**
   * Like {@link #offer}, but blocks while the queue is full, at most until the deadline. Checks
   * every 5 ms whether there is capacity.
   */
  public boolean put(T item, Deadline deadline) {
    boolean[] accepted = {false};
    deadline.await(
        () -> {
          accepted[0] = offer(item);
          return accepted[0] || closed;
        });
    return accepted[0];
  }

  /**
   * Takes the next item; null if there is none. The caller releases its bytes later. For the
   * sender.
   */
  public @Nullable T poll() {
    return queue.poll();
  }

  /** Releases the bytes of one item that was taken, because its outcome is known. */
  public void releaseItem(int bytes) {
    pendingBytes.addAndGet(-bytes);
    pendingItems.decrementAndGet();
  }

  /** Bytes of the items that are queued, or taken and not released. */
  public long pendingBytes() {
    return pendingBytes.get();
  }

  /** Number of items that are queued, or taken and not released. */
  public long pendingItems() {
    return pendingItems.get();
  }

  /** Whether the sender thread is alive. */
  public boolean isSending() {
    return thread.isAlive();
  }

  /**
   * Rejects further items. Waits until the sender thread has ended and all accepted items are
   * released, at most until the deadline.
   *
   * @return the items that the sender did not take by then; their bytes are released
   */
  public List<T> close(Deadline deadline) {
    closed = true;
    LockSupport.unpark(thread);
    deadline.await(() -> !thread.isAlive());
    // An offer that began before this method may still add its item after the thread has ended.
    drained = true;
    List<T> left = new ArrayList<>();
    for (T item = queue.poll(); item != null; item = queue.poll()) {
      left.add(item);
      releaseItem(sizeInBytes.applyAsInt(item));
    }
    deadline.await(() -> pendingItems.get() == 0);
    return left;
  }

  private boolean reserve(int bytes) {
    // Adds first and subtracts on failure, which needs no retry loop under contention. Concurrent
    // offers near the limit may both be rejected.
    long after = pendingBytes.addAndGet(bytes);
    boolean onlyItem = after == bytes;
    if (after > maxBytes && !onlyItem) {
      pendingBytes.addAndGet(-bytes);
      return false;
    }
    return true;
  }

  private void run() {
    while (!closed || !queue.isEmpty()) {
      try {
        if (sender.getAsBoolean()) {
          emptyPolls = 0;
        } else if (!closed) {
          park();
        }
      } catch (Throwable e) {
        // For example an OutOfMemoryError. If this thread ended, no more items would be sent.
        LockSupport.parkNanos(this, POLL_NANOS);
      }
    }
  }

  private void park() {
    // The sender may have interrupted this thread. Clear the interrupt flag, because park returns
    // at once while the flag is set.
    var unused = Thread.interrupted();
    if (++emptyPolls <= EMPTY_POLLS_BEFORE_PARK) {
      LockSupport.parkNanos(this, POLL_NANOS);
      return;
    }
    parked = true;
    if (queue.isEmpty() && !closed) {
      LockSupport.park(this);
    }
    parked = false;
  }
}
