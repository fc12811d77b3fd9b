package io.wideevents.gateway.http.connections;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * A connection's socket, below TLS. Records when bytes arrive and when the client does not read its
 * reply.
 */
final class GuardedEndPoint extends SocketChannelEndPoint {
  private final ClientConnection connection;
  private final GuardClock clock;
  private final ManagedSelector selector;
  private boolean isPollAsked;

  GuardedEndPoint(
      SocketChannel channel,
      ManagedSelector selector,
      SelectionKey key,
      Scheduler scheduler,
      ClientConnection connection,
      GuardClock clock) {
    super(channel, selector, key, scheduler);
    this.connection = connection;
    this.clock = clock;
    this.selector = selector;
  }

  ClientConnection connection() {
    return connection;
  }

  @Override
  protected void needsFillInterest() {
    super.needsFillInterest();
    if (!isPollAsked) {
      isPollAsked = true;
      // The first update runs before the selector polls the socket, the second one after that.
      selector.submit(first -> selector.submit(second -> connection.polled()));
    }
  }

  @Override
  public Runnable onSelected() {
    connection.selected();
    return super.onSelected();
  }

  @Override
  public int fill(ByteBuffer buffer) throws IOException {
    int filled = super.fill(buffer);
    if (filled > 0) {
      connection.received(clock.now());
    } else {
      connection.readAll();
    }
    return filled;
  }

  @Override
  public boolean flush(ByteBuffer... buffers) throws IOException {
    long before = BufferUtil.remaining(buffers);
    boolean isFlushed = super.flush(buffers);
    if (isFlushed) {
      connection.taken();
    } else {
      connection.takenInPart(before - BufferUtil.remaining(buffers), clock.now());
    }
    return isFlushed;
  }
}
