package io.wideevents.toolbox.fuzz;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends generated requests over plain sockets, from a separate address if the system has several on
 * the loopback. Safe for concurrent use.
 */
final class FuzzClient implements AutoCloseable {
  private static final Duration GIVE_UP = Duration.ofSeconds(120);
  private static final int READ_TIMEOUT_MILLIS = 60_000;
  private static final int STALL_TIMEOUT_MILLIS = 8_000;
  private static final Duration SLOW = Duration.ofSeconds(2);
  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final int TIMES = 3;
  // More would fill the buffers of the connection while neither side reads.
  private static final int MAX_PIPELINED = 64 * 1024;

  private final InetSocketAddress gateway;
  private final Optional<InetAddress> from;
  private final ScheduledExecutorService watchdog =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("fuzz-watchdog").factory());

  /**
   * What became of a request.
   *
   * @param replies those that were read
   * @param end how the connection ended when that was not with a reply; else empty
   */
  record Outcome(List<FuzzReply> replies, String end) {}

  /**
   * @param number of this client's address: 127.0.0.{@code number}
   */
  FuzzClient(URI gateway, int number) throws IOException {
    this.gateway = new InetSocketAddress(gateway.getHost(), gateway.getPort());
    this.from = loopback(number);
  }

  private static Optional<InetAddress> loopback(int number) throws IOException {
    InetAddress address = InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) number});
    try (Socket probe = new Socket()) {
      probe.bind(new InetSocketAddress(address, 0));
      return Optional.of(address);
    } catch (IOException e) {
      // Not every system answers for the whole of 127.0.0.0/8.
      return Optional.empty();
    }
  }

  Socket connect() throws IOException {
    Socket socket = new Socket();
    try {
      if (from.isPresent()) {
        socket.bind(new InetSocketAddress(from.get(), 0));
      }
      socket.connect(gateway, READ_TIMEOUT_MILLIS);
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Sends a request in its manner and takes the replies; never throws for what the server does. */
  Outcome send(FuzzRequest request) {
    List<FuzzReply> replies = new ArrayList<>();
    try (Socket socket = connect()) {
      ScheduledFuture<?> end =
          watchdog.schedule(() -> quietly(socket), GIVE_UP.toSeconds(), TimeUnit.SECONDS);
      try {
        return new Outcome(replies, exchange(socket, request, replies));
      } finally {
        end.cancel(false);
      }
    } catch (IOException | NumberFormatException e) {
      return new Outcome(replies, e.toString());
    }
  }

  /** Returns how it ended without a reply, or an empty text. */
  private static String exchange(Socket socket, FuzzRequest request, List<FuzzReply> replies)
      throws IOException {
    InputStream in = new BufferedInputStream(socket.getInputStream());
    String sent = "";
    try {
      write(socket, request);
    } catch (IOException e) {
      // The server may have replied before it read everything.
      sent = "sending ended with " + e.getMessage() + ", ";
    }
    if (request.manner() == Manner.RESET) {
      socket.setSoLinger(true, 0);
      return "reset by the client";
    }
    if (request.manner() == Manner.NO_READ) {
      LockSupport.parkNanos(SLOW.toNanos());
      return "not read by the client";
    }
    switch (request.manner()) {
      case STALL, TRICKLE, SLOW_HEAD -> socket.setSoTimeout(STALL_TIMEOUT_MILLIS);
      default -> {}
    }
    int expected = request.manner() == Manner.KEPT ? TIMES : pipelined(request);
    while (replies.size() < expected) {
      Optional<FuzzReply> reply;
      try {
        reply = FuzzReply.read(in, request.method());
      } catch (SocketTimeoutException e) {
        return replies.isEmpty() ? sent + "no reply in time" : "";
      } catch (IOException e) {
        return replies.isEmpty() ? sent + e : "";
      }
      if (reply.isEmpty()) {
        return replies.isEmpty() ? sent + "the server closed the connection" : "";
      }
      replies.add(reply.get());
      if (reply.get().isLast()) {
        break;
      }
      if (request.manner() == Manner.KEPT && replies.size() < expected) {
        socket.getOutputStream().write(request.head());
        socket.getOutputStream().write(request.content());
      }
    }
    return "";
  }

  private static void write(Socket socket, FuzzRequest request) throws IOException {
    OutputStream out = socket.getOutputStream();
    byte[] head = request.head();
    byte[] content = request.content();
    Random random = new Random(request.seed());
    switch (request.manner()) {
      case AT_ONCE, KEPT, NO_READ -> {
        out.write(head);
        out.write(content);
      }
      case SMALL_WRITES -> {
        out.write(head);
        int most = Math.max(1 + random.nextInt(4096), content.length / 1000);
        for (int at = 0; at < content.length; ) {
          int length = Math.min(content.length - at, 1 + random.nextInt(most));
          out.write(content, at, length);
          at += length;
        }
      }
      case HALF_CLOSE -> {
        out.write(head);
        out.write(content);
        socket.shutdownOutput();
      }
      case PIPELINED -> {
        for (int i = pipelined(request); i > 0; i--) {
          out.write(head);
          out.write(content);
        }
      }
      case TRICKLE -> {
        out.write(head);
        trickle(out, content, 1 + random.nextInt(200));
      }
      case SLOW_HEAD -> {
        trickle(out, head, 1);
        if (random.nextBoolean()) {
          int written = (int) (SLOW.toNanos() / PAUSE.toNanos());
          out.write(head, Math.min(head.length, written), Math.max(0, head.length - written));
          out.write(content);
        }
      }
      case STALL, RESET -> {
        out.write(head);
        out.write(content, 0, content.length == 0 ? 0 : random.nextInt(content.length));
      }
    }
  }

  /** How often the request is sent before its first reply is read. */
  private static int pipelined(FuzzRequest request) {
    boolean isSmall = request.content().length <= MAX_PIPELINED;
    return request.manner() == Manner.PIPELINED && isSmall ? TIMES : 1;
  }

  private static void trickle(OutputStream out, byte[] bytes, int each) throws IOException {
    int times = (int) (SLOW.toNanos() / PAUSE.toNanos());
    for (int i = 0; i < times && i * each < bytes.length; i++) {
      out.write(bytes, i * each, Math.min(each, bytes.length - i * each));
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // Its owner finds it closed either way.
    }
  }

  @Override
  public void close() {
    watchdog.shutdownNow();
  }
}
