package io.wideevents.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Clients that hold connections and never finish: each sends the beginning of a request, then a
 * byte now and then, reads next to nothing, and connects again when its connection is closed.
 */
final class Attackers implements AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);
  private static final int CONNECT_TIMEOUT_MILLIS = 1_000;
  private static final int RECEIVE_BUFFER = 4 * 1024;

  private final InetSocketAddress server;
  private final List<InetAddress> addresses;
  private final SocketChannel[] sockets;
  private final byte[] beginning;
  private final byte[] trickle;
  private final AtomicLong connected = new AtomicLong();
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param count connections at a time
   * @param beginning what each sends first
   * @param trickle what each sends again and again; empty: nothing
   */
  Attackers(int port, int count, String beginning, String trickle) {
    this(port, count, beginning, trickle, List.of("127.0.0.1"));
  }

  /** The same from several addresses of this machine, in turn. */
  Attackers(int port, int count, String beginning, String trickle, List<String> addresses) {
    this.addresses = addresses.stream().map(Attackers::address).toList();
    this.server = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    this.sockets = new SocketChannel[count];
    this.beginning = beginning.getBytes(ISO_8859_1);
    this.trickle = trickle.getBytes(ISO_8859_1);
    this.thread = Thread.ofPlatform().daemon().name("attackers").start(this::run);
  }

  private static InetAddress address(String name) {
    try {
      return InetAddress.getByName(name);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  /** Connections made so far. */
  long connected() {
    return connected.get();
  }

  int count() {
    return sockets.length;
  }

  private void run() {
    while (!closing) {
      for (int i = 0; i < sockets.length && !closing; i++) {
        attack(i);
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    Arrays.stream(sockets).forEach(Attackers::close);
  }

  private void attack(int index) {
    try {
      SocketChannel socket = sockets[index];
      if (socket == null) {
        sockets[index] = connect(addresses.get(index % addresses.size()));
        connected.incrementAndGet();
      } else if (trickle.length > 0) {
        socket.write(ByteBuffer.wrap(trickle));
      } else if (socket.read(ByteBuffer.allocate(1)) < 0) {
        throw new IOException("Closed");
      }
    } catch (IOException e) {
      close(sockets[index]);
      sockets[index] = null;
    }
  }

  private SocketChannel connect(InetAddress from) throws IOException {
    SocketChannel socket = SocketChannel.open();
    try {
      socket.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BUFFER);
      socket.bind(new InetSocketAddress(from, 0));
      socket.socket().connect(server, CONNECT_TIMEOUT_MILLIS);
      socket.configureBlocking(false);
      socket.write(ByteBuffer.wrap(beginning));
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private static void close(SocketChannel socket) {
    try {
      if (socket != null) {
        socket.close();
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() {
    closing = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
