package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.AbstractConnectionFactory;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;

/**
 * Answers a connection to the HTTPS port that does not start with TLS, usually plain HTTP, with 400
 * and the reason. The request is not read: it was sent unencrypted, so a key in it has leaked
 * already.
 */
final class PlainHttpNotice extends AbstractConnectionFactory {
  // Gives the client time to read the reply. A client that is still writing would lose the reply if
  // the connection were closed at once.
  private static final Duration LINGER = Duration.ofSeconds(1);

  private static final String WORDS =
      "This port speaks HTTPS: use https:// in place of http:// in the address.\n";
  private static final byte[] ANSWER =
      """
      HTTP/1.1 400 Bad Request\r
      Content-Type: text/plain; charset=us-ascii\r
      Content-Length: %d\r
      Connection: close\r
      \r
      %s"""
          .formatted(WORDS.length(), WORDS)
          .getBytes(US_ASCII);

  PlainHttpNotice() {
    super("plain-http-notice");
  }

  @Override
  public Connection newConnection(Connector connector, EndPoint endPoint) {
    return configure(new Notice(endPoint, connector.getExecutor()), connector, endPoint);
  }

  private static final class Notice extends AbstractConnection implements Connection.UpgradeTo {
    Notice(EndPoint endPoint, Executor executor) {
      super(endPoint, executor);
    }

    @Override
    public void onUpgradeTo(ByteBuffer request) {
      // The request is ignored.
    }

    @Override
    public void onOpen() {
      super.onOpen();
      EndPoint client = getEndPoint();
      client.setIdleTimeout(LINGER.toMillis());
      client.write(Callback.from(client::shutdownOutput, client::close), ByteBuffer.wrap(ANSWER));
    }

    @Override
    public void onFillable() {
      // This connection never registers for reads.
    }
  }
}
