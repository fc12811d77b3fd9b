package io.wideevents.gateway.http;

import io.javalin.http.Context;
import io.wideevents.time.Deadline;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Sends a rejection and then discards what the client is still sending. Many clients write their
 * whole body before they read. If the server closed the connection meanwhile, such a client would
 * get a connection reset instead of the reply.
 *
 * <p>Limited in bytes, in time, and in the number of connections of one client and of all clients.
 * Beyond a limit the connection is closed at once. Safe for concurrent use.
 */
final class Lingering {
  // Twice the largest body by default. A client that sends more was rejected for its
  // Content-Length.
  private static final long MAX_BYTES = 16L << 20;
  private static final Duration MAX_TIME = Duration.ofSeconds(2);
  private static final Duration MAX_PAUSE = Duration.ofMillis(500);
  private static final int MAX_CONNECTIONS = 64;
  // Keeps one client from using all permits.
  private static final int MAX_CONNECTIONS_OF_CLIENT = 16;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final BooleanSupplier stopping;
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
  private final PerClient clients = new PerClient(MAX_CONNECTIONS_OF_CLIENT);

  Lingering(BooleanSupplier stopping) {
    this.stopping = stopping;
  }

  /**
   * Sends the reply and discards the rest of the request, if the client is sending a body. Returns
   * at once otherwise. Blocks for 2 s at most. The connection must be closed afterwards.
   *
   * @param answer body of the response; status and headers must be set
   * @return whether the reply was sent; if false, the caller must send it
   */
  boolean answer(Context ctx, byte[] answer) {
    if (!sends(ctx.req()) || stopping.getAsBoolean()) {
      return false;
    }
    String client = ClientName.of(ctx);
    if (!tryBegin(client)) {
      return false;
    }
    try {
      answerAndReadOn(ctx, answer);
      return true;
    } finally {
      end(client);
    }
  }

  /**
   * Sends the reply to a request that no handler of the API receives, and then discards the rest of
   * the request. Does not block. Without a permit, or while the server is stopping, only sends the
   * reply. The reply must contain {@code Connection: close}.
   */
  void answer(Request request, Response response, Callback callback, byte[] answer) {
    String client = ClientName.of(request.getConnectionMetaData());
    ByteBuffer body = ByteBuffer.wrap(answer);
    if (stopping.getAsBoolean() || !tryBegin(client)) {
      response.write(true, body, callback);
      return;
    }
    Callback last = Callback.from(callback, () -> end(client));
    UnreadRequest unread = new UnreadRequest(request, stopping, last);
    response.write(
        true,
        body,
        Callback.from(() -> unread.discard(MAX_TIME, MAX_PAUSE, MAX_BYTES), last::failed));
  }

  private boolean tryBegin(String client) {
    if (!clients.tryTake(client, 1)) {
      return false;
    }
    if (!connections.tryAcquire()) {
      clients.giveBack(client, 1);
      return false;
    }
    return true;
  }

  private void end(String client) {
    connections.release();
    clients.giveBack(client, 1);
  }

  int clients() {
    return clients.clients();
  }

  private void answerAndReadOn(Context ctx, byte[] answer) {
    try {
      ctx.res().setContentLength(answer.length);
      ctx.res().getOutputStream().write(answer);
      ctx.res().flushBuffer();
      readOn(ctx.req());
    } catch (IOException | IllegalStateException e) {
      // The client closed the connection or paused for too long; nothing is left to do. Jetty
      // throws an IllegalStateException when the connection was closed before 100 Continue was
      // sent.
    }
  }

  /**
   * Whether the client may be sending a body. A client that expects 100 Continue counts as well: it
   * may have received 100 Continue, or may send without it. If it sends nothing, the read ends
   * after one pause.
   */
  private static boolean sends(HttpServletRequest request) {
    return request.getContentLengthLong() > 0
        || (request.getContentLengthLong() < 0 && request.getHeader("Transfer-Encoding") != null);
  }

  private void readOn(HttpServletRequest request) throws IOException {
    InputStream body = request.getInputStream();
    Deadline deadline = Deadline.after(MAX_TIME);
    byte[] discarded = new byte[BUFFER_BYTES];
    long count = 0;
    int read = 0;
    try (ReadTimeout timer = ReadTimeout.of(request)) {
      while (read >= 0
          && count < MAX_BYTES
          && !deadline.remaining().isZero()
          && !stopping.getAsBoolean()) {
        timer.begin(System.nanoTime() + pause(deadline).toNanos());
        try {
          read = body.read(discarded);
        } finally {
          timer.end();
        }
        count += Math.max(0, read);
      }
    }
  }

  private static Duration pause(Deadline deadline) {
    Duration left = deadline.remaining();
    return left.compareTo(MAX_PAUSE) < 0 ? left : MAX_PAUSE;
  }
}
