package io.wideevents.query.http;

import io.javalin.http.Context;
import io.wideevents.query.QueryException;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.EndPoint;

/** Reads the body of a query, which is small. */
final class QueryBody {
  private static final int MAX_BYTES = 64 * 1024;
  private static final Duration MAX_TIME = Duration.ofSeconds(10);

  private QueryBody() {}

  /**
   * @throws QueryException 413 {@code body_too_large}; 408 {@code body_timeout} if the client sends
   *     it for more than ten seconds, or sends nothing for ten seconds; 400 {@code body_invalid} if
   *     a part of it is missing
   */
  static byte[] read(Context ctx) {
    EndPoint connection = ReplyStream.connection(ctx);
    long usual = connection.getIdleTimeout();
    // The usual timeout is minutes. Each byte restarts it, so the reading has a deadline as well.
    connection.setIdleTimeout(MAX_TIME.toMillis());
    try {
      return read(ctx, Deadline.after(MAX_TIME));
    } finally {
      // A stopping server has set another timeout.
      if (connection.getIdleTimeout() == MAX_TIME.toMillis()) {
        connection.setIdleTimeout(usual);
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
