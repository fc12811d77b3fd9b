package io.wideevents.gateway.http;

import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * Reads a request's body as sent, and limits its size, its total time, its longest pause and its
 * average rate. Only time spent waiting for the client counts for pause and rate.
 *
 * <p>Throws failures as {@link ProblemException}. For one thread.
 */
final class WireStream {
  /** Longest time in which a client may send nothing. */
  static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  /** Lowest average rate of a body after the grace time. */
  static final int MIN_BYTES_PER_SECOND = 1024;

  /**
   * Time before the average rate is checked, because a connection needs some time to reach its
   * speed.
   */
  static final Duration GRACE = Duration.ofSeconds(5);

  private static final long NANOS_PER_SECOND = Duration.ofSeconds(1).toNanos();

  private final InputStream body;
  private final long contentLength;
  private final int maxBytes;
  private final Duration timeout;
  private final Deadline deadline;
  private final ReadTimer timer;
  private final BooleanSupplier stopping;
  private long count;
  private long waitedNanos;

  interface ReadTimer {
    void begin(long endNanos);

    void end();
  }

  /**
   * @param contentLength the announced length; -1 if the client announced none
   * @param maxBytes the body is rejected as too large above this
   * @param timeout limit for the whole body
   * @param timer ends a single read
   * @param stopping whether the server is stopping and receives no more bodies
   */
  WireStream(
      InputStream body,
      long contentLength,
      int maxBytes,
      Duration timeout,
      ReadTimer timer,
      BooleanSupplier stopping) {
    this.body = body;
    this.contentLength = contentLength;
    this.maxBytes = maxBytes;
    this.timeout = timeout;
    this.deadline = Deadline.after(timeout);
    this.timer = timer;
    this.stopping = stopping;
  }

  int read(byte[] bytes, int offset, int length) {
    if (stopping.getAsBoolean()) {
      throw new ProblemException(Problems.draining());
    }
    if (deadline.remaining().isZero()) {
      throw new ProblemException(Problems.bodyTimeout(timeout));
    }
    int read;
    try {
      read = isThere() ? body.read(bytes, offset, length) : waitAndRead(bytes, offset, length);
    } catch (IOException e) {
      throw new ProblemException(interrupted(e));
    }
    count += Math.max(0, read);
    if (count > maxBytes) {
      throw new ProblemException(Problems.bodyTooLarge(maxBytes));
    }
    return read;
  }

  /** Whether a read does not block. Most bodies arrive in one piece and need no timer. */
  private boolean isThere() throws IOException {
    return count == contentLength || body.available() > 0;
  }

  private int waitAndRead(byte[] bytes, int offset, int length) throws IOException {
    long start = System.nanoTime();
    long allowed = allowedNanos();
    if (allowed <= 0) {
      throw new ProblemException(Problems.bodyTooSlow(MIN_BYTES_PER_SECOND, MAX_PAUSE));
    }
    timer.begin(start + allowed);
    try {
      return body.read(bytes, offset, length);
    } finally {
      timer.end();
      waitedNanos += System.nanoTime() - start;
    }
  }

  /** How long the next read may wait: the smallest of the three limits. */
  private long allowedNanos() {
    long byRate = Math.max(GRACE.toNanos(), count * NANOS_PER_SECOND / MIN_BYTES_PER_SECOND);
    return Math.min(
        deadline.remaining().toNanos(), Math.min(MAX_PAUSE.toNanos(), byRate - waitedNanos));
  }

  private Problem interrupted(IOException failure) {
    if (!(failure.getCause() instanceof TimeoutException)) {
      return Problems.incompleteBody();
    }
    if (stopping.getAsBoolean()) {
      // A stopping server shortens the idle timeout, so the timeout is not the client's fault.
      return Problems.draining();
    }
    return deadline.remaining().isZero()
        ? Problems.bodyTimeout(timeout)
        : Problems.bodyTooSlow(MIN_BYTES_PER_SECOND, MAX_PAUSE);
  }
}
