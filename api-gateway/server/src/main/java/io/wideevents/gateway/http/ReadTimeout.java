package io.wideevents.gateway.http;

import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Ends a blocking read of a request's body at a given time. The connection's idle timeout is not
 * sufficient: each byte restarts it, even one without content, such as a byte of a chunk extension.
 *
 * <p>The interrupted read fails with an {@code IOException} caused by a {@code TimeoutException}.
 * For the thread that handles the request.
 */
final class ReadTimeout implements WireStream.ReadTimer, AutoCloseable {
  private static final long AT_ONCE_MILLIS = 1;
  private static final long CHECK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final EndPoint connection;
  private final Scheduler timer;
  private final long usualMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private Scheduler.@Nullable Task task;
  private long end;
  private boolean reads;
  private boolean hasEnded;
  private boolean closed;

  private ReadTimeout(EndPoint connection, Scheduler timer) {
    this.connection = connection;
    this.timer = timer;
    this.usualMillis = connection.getIdleTimeout();
  }

  static ReadTimeout of(HttpServletRequest request) {
    var metaData = ServletContextRequest.getServletContextRequest(request).getConnectionMetaData();
    return new ReadTimeout(
        metaData.getConnection().getEndPoint(), metaData.getConnector().getScheduler());
  }

  /**
   * Call before a read, and call {@link #end} after the read.
   *
   * @param endNanos when the read ends, in {@code System.nanoTime}; not earlier than the end of a
   *     previous read
   */
  @Override
  public void begin(long endNanos) {
    lock.lock();
    try {
      end = endNanos;
      reads = true;
      if (task == null) {
        schedule(endNanos - System.nanoTime());
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void end() {
    lock.lock();
    try {
      reads = false;
      // The reply is still to be written with the usual timeout. A stopping server has set a
      // different idle timeout.
      if (hasEnded && connection.getIdleTimeout() == AT_ONCE_MILLIS) {
        connection.setIdleTimeout(usualMillis);
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (task != null) {
        task.cancel();
      }
    } finally {
      lock.unlock();
    }
  }

  private void schedule(long nanos) {
    task = timer.schedule(this::check, Math.max(nanos, 1), TimeUnit.NANOSECONDS);
  }

  private void check() {
    lock.lock();
    try {
      if (closed || hasEnded) {
        return;
      }
      long left = end - System.nanoTime();
      if (!reads) {
        schedule(CHECK_AGAIN_NANOS);
      } else if (left > 0) {
        schedule(left);
      } else {
        hasEnded = true;
        connection.setIdleTimeout(AT_ONCE_MILLIS);
      }
    } finally {
      lock.unlock();
    }
  }
}
