package io.wideevents.gateway.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Discards what a client sends after its request was answered, and then ends the request. Does not
 * block a thread while it waits. Reads below TLS and HTTP, because their state is not usable after
 * a malformed request.
 */
final class UnreadRequest implements Callback {
  private static final int BUFFER_BYTES = 16 * 1024;

  private final EndPoint socket;
  private final Scheduler timer;
  private final BooleanSupplier stopping;
  private final Callback end;
  private final ByteBuffer discarded = BufferUtil.allocate(BUFFER_BYTES);
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Scheduler.@Nullable Task timeout;
  private long count;

  /**
   * @param stopping whether the server is stopping and discards no more
   * @param end completed when there is no more to read, or at the time limit
   */
  UnreadRequest(Request request, BooleanSupplier stopping, Callback end) {
    this.socket = socket(request);
    this.timer = request.getConnectionMetaData().getConnector().getScheduler();
    this.stopping = stopping;
    this.end = end;
  }

  private static EndPoint socket(Request request) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    while (endPoint instanceof EndPoint.Wrapper tls) {
      endPoint = tls.unwrap();
    }
    return endPoint;
  }

  /** Starts to read. Call after the answer was sent. */
  void discard(Duration maxTime, Duration maxPause, long maxBytes) {
    count = maxBytes;
    socket.setIdleTimeout(maxPause.toMillis());
    timeout = timer.schedule(this::cut, maxTime.toMillis(), TimeUnit.MILLISECONDS);
    succeeded();
  }

  /** Bytes can be read. */
  @Override
  public void succeeded() {
    try {
      while (!ended.get()) {
        BufferUtil.clear(discarded);
        int read = socket.fill(discarded);
        count -= Math.max(0, read);
        if (read < 0 || count <= 0 || stopping.getAsBoolean()) {
          end();
        } else if (read == 0) {
          if (!socket.tryFillInterested(this)) {
            end();
          }
          return;
        }
      }
    } catch (IOException | RuntimeException e) {
      end();
    }
  }

  /** The client closed the connection, or paused for too long. */
  @Override
  public void failed(Throwable cause) {
    end();
  }

  private void cut() {
    // A pending read of this class would conflict with the connection's next read.
    socket.close();
    end();
  }

  private void end() {
    if (ended.compareAndSet(false, true)) {
      Scheduler.Task task = timeout;
      if (task != null) {
        task.cancel();
      }
      end.succeeded();
    }
  }
}
