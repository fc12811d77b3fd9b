package io.wideevents.toolbox.shop;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Delays the responses of a server, in order, whatever the amount of data in flight. Forwards the
 * client's data at once. Listens on loopback.
 *
 * <p>Safe for concurrent use. The caller closes this object.
 */
final class DelayProxy implements AutoCloseable {
  private static final int CHUNK = 64 * 1024;

  private final InetSocketAddress target;
  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile long delayNanos;

  private DelayProxy(InetSocketAddress target, ServerSocket listener) {
    this.target = target;
    this.listener = listener;
  }

  /** Opens a proxy without a delay. */
  static DelayProxy open(String host, int port) {
    try {
      DelayProxy proxy =
          new DelayProxy(
              new InetSocketAddress(host, port),
              new ServerSocket(0, 200, InetAddress.getLoopbackAddress()));
      var unused = proxy.threads.submit(proxy::accept);
      return proxy;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot listen on loopback", e);
    }
  }

  int port() {
    return listener.getLocalPort();
  }

  /** Delays all responses from now on by {@code delay}. */
  void delay(Duration delay) {
    delayNanos = delay.toNanos();
  }

  @Override
  public void close() {
    close(listener);
    sockets.forEach(DelayProxy::close);
    threads.shutdownNow();
  }

  private Void accept() throws IOException {
    while (true) {
      Socket client = listener.accept();
      Socket server = new Socket();
      sockets.addAll(List.of(client, server));
      try {
        server.connect(target);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        var unusedUp = threads.submit(() -> forward(client, server));
        var unusedDown = threads.submit(() -> forwardDelayed(server, client));
      } catch (IOException e) {
        // The server is not available. The closed connection reports that to the client.
        end(client, server);
      }
    }
  }

  private Void forward(Socket client, Socket server) throws IOException {
    try {
      client.getInputStream().transferTo(server.getOutputStream());
    } finally {
      end(client, server);
    }
    return null;
  }

  private Void forwardDelayed(Socket server, Socket client) throws IOException {
    // One thread writes the responses of a connection, in the order in which they are due.
    ScheduledExecutorService writer =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
    InputStream in = server.getInputStream();
    long due = System.nanoTime();
    try {
      byte[] buffer = new byte[CHUNK];
      for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
        byte[] bytes = Arrays.copyOf(buffer, length);
        // Bytes are not due before earlier bytes, even if the delay has become shorter.
        due = Math.max(due, System.nanoTime() + delayNanos);
        var unused =
            writer.schedule(
                () -> write(bytes, client, server), due - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
    } finally {
      var unused =
          writer.schedule(() -> end(client, server), due - System.nanoTime(), TimeUnit.NANOSECONDS);
      writer.shutdown();
    }
    return null;
  }

  private void write(byte[] bytes, Socket client, Socket server) {
    try {
      client.getOutputStream().write(bytes);
    } catch (IOException e) {
      // The client has closed the connection. The server notices when its socket is closed.
      end(client, server);
    }
  }

  private void end(Socket client, Socket server) {
    close(client);
    close(server);
    sockets.removeAll(List.of(client, server));
  }

  private static void close(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      // The socket is closed in any case.
    }
  }
}
