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
 * Reads on for a moment what a refused client is still sending. Many clients write their whole body
 * before they read; on a connection that was closed meanwhile they find a reset instead of the
 * answer, and never learn why they were refused.
 *
 * <p>Bounded in bytes, in time and in the number of connections at once, of one client and of all:
 * beyond that a connection is closed under its client. Safe for concurrent use.
 */
final class Lingering {
  // Twice the largest body by default: whoever sends more has been told by the length already.
  private static final long MAX_BYTES = 16L << 20;
  private static final Duration MAX_TIME = Duration.ofSeconds(2);
  private static final Duration MAX_PAUSE = Duration.ofMillis(500);
  private static final int MAX_CONNECTIONS = 64;
  // One client must not take the answers from the others.
  private static final int MAX_CONNECTIONS_OF_CLIENT = 16;
  private static final int BUFFER_BYTES = 16 * 1024;

  private final BooleanSupplier stopping;
  private final Semaphore connections = new Semaphore(MAX_CONNECTIONS);
  private final PerClient clients = new PerClient(MAX_CONNECTIONS_OF_CLIENT);

  /**
   * @param stopping whether the server ends and has no time for this
   */
  Lingering(BooleanSupplier stopping) {
    this.stopping = stopping;
  }

  /**
   * Sends the answer and then reads on, if the client is sending; returns at once if it is not.
   * Blocks for 2 s at most. The connection must be closed afterwards.
   *
   * @param answer the body of the response, whose head is set
   * @return whether the answer was sent; it is for the caller to send if not
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
   * Sends the answer to a request that no handler of the API sees, and then reads on. Does not
   * block. Without a permit, or while the server ends, only sends the answer. The answer must ask
   * for the connection to be closed.
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

  /** How many clients are read on from now. */
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
      // The client has gone, or pauses: either way it is over. Jetty throws an
      // IllegalStateException when the client had gone before it was sent 100 Continue.
    }
  }

  /**
   * A client that expects 100 Continue counts as well: it may have been asked for its body already,
   * or may send the body without being asked. One that waits costs a pause.
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
