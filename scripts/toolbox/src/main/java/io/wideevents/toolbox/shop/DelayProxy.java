package io.wideevents.toolbox.shop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
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
      proxy.spawn("accept", proxy::accept);
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
  }

  private void accept() throws IOException {
    while (!listener.isClosed()) {
      Socket client = listener.accept();
      try {
        join(client);
      } catch (IOException e) {
        // The server is not available. The closed connection reports that to the client.
        close(client);
      }
    }
  }

  private void join(Socket client) throws IOException {
    Socket server = new Socket();
    server.connect(target);
    client.setTcpNoDelay(true);
    server.setTcpNoDelay(true);
    sockets.add(client);
    sockets.add(server);
    BlockingQueue<Chunk> late = new LinkedBlockingQueue<>();
    spawn("up", () -> pass(client, server));
    spawn("read", () -> read(server, late));
    spawn("down", () -> write(late, client, server));
  }

  /** Bytes, and when to forward them; empty at the end of the stream. */
  private record Chunk(ByteBuffer bytes, long dueNanos) {}

  private void pass(Socket from, Socket to) throws IOException {
    try {
      from.getInputStream().transferTo(to.getOutputStream());
    } finally {
      forget(from, to);
    }
  }

  private void read(Socket server, BlockingQueue<Chunk> late) throws IOException {
    try {
      byte[] buffer = new byte[CHUNK];
      int length = server.getInputStream().read(buffer);
      while (length >= 0) {
        ByteBuffer copy = ByteBuffer.wrap(Arrays.copyOf(buffer, length));
        late.add(new Chunk(copy, System.nanoTime() + delayNanos));
        length = server.getInputStream().read(buffer);
      }
    } finally {
      late.add(new Chunk(ByteBuffer.allocate(0), System.nanoTime()));
    }
  }

  private void write(BlockingQueue<Chunk> late, Socket client, Socket server)
      throws IOException, InterruptedException {
    try {
      Chunk chunk = late.take();
      while (chunk.bytes().hasRemaining()) {
        TimeUnit.NANOSECONDS.sleep(chunk.dueNanos() - System.nanoTime());
        client.getOutputStream().write(chunk.bytes().array());
        chunk = late.take();
      }
    } finally {
      forget(client, server);
    }
  }

  private void forget(Socket one, Socket other) {
    close(one);
    close(other);
    sockets.remove(one);
    sockets.remove(other);
  }

  private void spawn(String name, Part part) {
    Thread thread =
        new Thread(
            () -> {
              try {
                part.run();
              } catch (IOException e) {
                // One side has closed its connection. The other side notices when its socket is
                // closed.
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "delay-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private interface Part {
    void run() throws IOException, InterruptedException;
  }

  private static void close(AutoCloseable closeable) {
    try {
      closeable.close();
    } catch (Exception e) {
      // The socket is closed in any case.
    }
  }
}
