package io.wideevents.gateway.http.connections;

import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLException;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;

/**
 * A TLS factory that reports each record to the guard, so that the guard recognizes records without
 * content.
 */
final class GuardedTls extends SslConnectionFactory {
  private final ConnectionGuard guard;

  GuardedTls(ConnectionGuard guard, SslContextFactory.Server context, String protocol) {
    super(context, protocol);
    this.guard = guard;
  }

  @Override
  protected SslConnection newSslConnection(
      Connector connector, EndPoint endPoint, SSLEngine engine) {
    return new SslConnection(
        connector.getByteBufferPool(),
        connector.getExecutor(),
        getSslContextFactory(),
        endPoint,
        engine,
        isDirectBuffersForEncryption(),
        isDirectBuffersForDecryption()) {
      @Override
      protected SSLEngineResult unwrap(SSLEngine engine, ByteBuffer input, ByteBuffer output)
          throws SSLException {
        SSLEngineResult result = super.unwrap(engine, input, output);
        guard.unwrapped(endPoint, result.bytesProduced() > 0, !input.hasRemaining());
        return result;
      }
    };
  }
}
