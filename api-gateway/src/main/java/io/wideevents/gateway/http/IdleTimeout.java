package io.wideevents.gateway.http;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.EndPoint;

/**
 * How long the connection of a request may be without a byte. While a body is expected that is less
 * than otherwise: the server ends a connection whose request it has not begun to read without an
 * answer, and on a busy machine that takes it longer than a body may pause.
 *
 * <p>For the thread that handles the request.
 */
final class IdleTimeout {
  private final EndPoint connection;
  private final long usualMillis;
  private long shortenedMillis;

  private IdleTimeout(EndPoint connection) {
    this.connection = connection;
    this.usualMillis = connection.getIdleTimeout();
    this.shortenedMillis = usualMillis;
  }

  static IdleTimeout of(HttpServletRequest request) {
    return new IdleTimeout(
        ServletContextRequest.getServletContextRequest(request)
            .getConnectionMetaData()
            .getConnection()
            .getEndPoint());
  }

  /** Makes it shorter; never longer than usual. */
  void shorten(Duration timeout) {
    shortenedMillis = Math.min(usualMillis, timeout.toMillis());
    connection.setIdleTimeout(shortenedMillis);
  }

  /** Undoes {@link #shorten}. */
  void restore() {
    // A server that stops has made it shorter still.
    if (connection.getIdleTimeout() == shortenedMillis) {
      connection.setIdleTimeout(usualMillis);
    }
  }
}
