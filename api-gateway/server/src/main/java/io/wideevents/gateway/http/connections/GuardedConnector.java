package io.wideevents.gateway.http.connections;

import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SelectorManager;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/** Accepts connections that {@link ConnectionGuard} admits. */
final class GuardedConnector extends ServerConnector {
  // Connections that the guard has not admitted yet. Linux limits the queue to net.core.somaxconn,
  // 4096 by default.
  private static final int ACCEPT_QUEUE = 4096;
  // The kernel doubles this size. A larger buffer takes more memory for a client that does not
  // read, and shows the client's progress in larger steps.
  private static final int SEND_BUFFER = 64 * 1024;

  private final ConnectionGuard guard;

  GuardedConnector(ConnectionGuard guard, Server server, ConnectionFactory... protocols) {
    super(server, protocols);
    this.guard = guard;
    setAcceptQueueSize(ACCEPT_QUEUE);
    setAcceptedSendBufferSize(SEND_BUFFER);
    getSelectorManager().addEventListener(new Accepts());
    addBean(new Handshakes());
  }

  @Override
  protected SocketChannelEndPoint newEndPoint(
      SocketChannel channel, ManagedSelector selector, SelectionKey key) {
    ClientConnection connection = guard.connection(channel);
    GuardedEndPoint endPoint =
        new GuardedEndPoint(channel, selector, key, getScheduler(), connection, guard.clock());
    endPoint.setIdleTimeout(getIdleTimeout());
    connection.opened(endPoint);
    return endPoint;
  }

  private final class Accepts implements SelectorManager.AcceptListener {
    /**
     * Runs on the accepting thread, so that a connection which the guard does not admit yet waits
     * in the accept queue.
     */
    @Override
    public void onAccepting(SelectableChannel channel) {
      guard.admit((SocketChannel) channel);
    }

    @Override
    public void onAcceptFailed(SelectableChannel channel, Throwable cause) {
      guard.closed((SocketChannel) channel);
    }

    @Override
    public void onClosed(SelectableChannel channel) {
      guard.closed((SocketChannel) channel);
    }
  }

  private final class Handshakes implements SslHandshakeListener {
    @Override
    public void handshakeSucceeded(Event event) {
      guard.handshakeSucceeded(event.getEndPoint());
    }
  }
}
