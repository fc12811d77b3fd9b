package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.QueryException;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.util.thread.Scheduler;

/** Reads the body of a query, which is small. */
final class QueryBody {
  private static final int MAX_BYTES = 64 * 1024;
  private static final Duration MAX_TIME = Duration.ofSeconds(10);

  private QueryBody() {}

  /**
   * @throws QueryException 413 {@code body_too_large}; 408 {@code body_timeout} if it does not
   *     arrive within ten seconds; 400 {@code body_invalid} if a part of it is missing
   */
  static byte[] read(Context ctx) {
    return read(ctx, MAX_TIME);
  }

  static byte[] read(Context ctx, Duration time) {
    try (ReadEnd end = new ReadEnd(ctx, time)) {
      return read(ctx, end.deadline);
    }
  }

  /**
   * Ends a blocking read after a time. The idle timeout alone does not: each byte restarts it, even
   * one without content, such as a byte of a chunk extension.
   */
  private static final class ReadEnd implements AutoCloseable {
    private static final long AT_ONCE_MILLIS = 1;

    private final Deadline deadline;
    private final EndPoint connection;
    private final long usualMillis;
    private final Scheduler.Task task;
    private boolean isRead;

    ReadEnd(Context ctx, Duration time) {
      this.deadline = Deadline.after(time);
      ConnectionMetaData metaData =
          ServletContextRequest.getServletContextRequest(ctx.req()).getConnectionMetaData();
      this.connection = metaData.getConnection().getEndPoint();
      this.usualMillis = connection.getIdleTimeout();
      this.task =
          metaData
              .getConnector()
              .getScheduler()
              .schedule(this::end, time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void end() {
      if (!isRead) {
        connection.setIdleTimeout(AT_ONCE_MILLIS);
      }
    }

    @Override
    public synchronized void close() {
      isRead = true;
      task.cancel();
      // A stopping server has set another timeout.
      if (connection.getIdleTimeout() == AT_ONCE_MILLIS) {
        connection.setIdleTimeout(usualMillis);
      }
    }
  }

  private static byte[] read(Context ctx, Deadline deadline) {
    byte[] body = new byte[MAX_BYTES + 1];
    int length = 0;
    try (InputStream in = ctx.bodyInputStream()) {
      int read = in.read(body);
      while (read >= 0 && length + read <= MAX_BYTES) {
        length += read;
        if (deadline.remaining().isZero()) {
          throw timeout();
        }
        read = in.read(body, length, body.length - length);
      }
      if (read >= 0) {
        throw new QueryException(
            413,
            "body_too_large",
            "The body of a query has more than %d bytes".formatted(MAX_BYTES),
            "Send a shorter filter");
      }
    } catch (IOException e) {
      if (deadline.remaining().isZero() || e.getCause() instanceof TimeoutException) {
        throw timeout();
      }
      throw QueryException.bodyInvalid("The body did not arrive completely", "Send it again");
    }
    return Arrays.copyOf(body, length);
  }

  private static QueryException timeout() {
    return new QueryException(
        408,
        "body_timeout",
        "The body did not arrive within %d s".formatted(MAX_TIME.toSeconds()),
        "Send the whole body at once");
  }
}
