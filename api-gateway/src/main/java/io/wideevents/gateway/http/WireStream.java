package io.wideevents.gateway.http;

import io.wideevents.logging.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A request's body as it comes off the wire, counted and timed, before inflation.
 *
 * <p>Failures of the connection come out as {@link ProblemException}, so that an {@link
 * IOException} from an inflating stream on top of this one can only mean damaged compression. For
 * one thread. Closing it does nothing: the server owns the connection.
 */
final class WireStream extends InputStream {
  private final InputStream body;
  private final int maxBytes;
  private final Duration timeout;
  private final Deadline deadline;
  private final BooleanSupplier stopping;
  private long count;

  /**
   * @param maxBytes bytes taken before the body counts as too large
   * @param timeout how long the whole body may take, however lively it trickles; the server's idle
   *     timeout bounds each single read on top
   * @param stopping whether the server ends and waits for no body any more
   */
  WireStream(InputStream body, int maxBytes, Duration timeout, BooleanSupplier stopping) {
    this.body = body;
    this.maxBytes = maxBytes;
    this.timeout = timeout;
    this.deadline = Deadline.after(timeout);
    this.stopping = stopping;
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    if (stopping.getAsBoolean()) {
      throw new ProblemException(Problems.draining());
    }
    if (deadline.remaining().isZero()) {
      throw new ProblemException(Problems.bodyTimeout(timeout));
    }
    int read;
    try {
      read = body.read(bytes, offset, length);
    } catch (IOException e) {
      throw new ProblemException(interrupted(e));
    }
    count += Math.max(0, read);
    if (count > maxBytes) {
      throw new ProblemException(Problems.bodyTooLarge(maxBytes));
    }
    return read;
  }

  private Problem interrupted(IOException failure) {
    if (!(failure.getCause() instanceof TimeoutException)) {
      return Problems.incompleteBody();
    }
    // The server cuts idle connections short only while it stops: the client is not to blame then.
    return stopping.getAsBoolean() ? Problems.draining() : Problems.bodyTimeout(timeout);
  }
}
