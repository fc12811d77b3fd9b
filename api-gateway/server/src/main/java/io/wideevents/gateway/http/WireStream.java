package io.wideevents.gateway.http;

import io.wideevents.time.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * A request's body as it comes off the wire, counted and timed: as a whole, by its longest pause
 * and by its average rate. Only time spent waiting for the client counts to pause and rate.
 *
 * <p>Failures come out as {@link ProblemException}. For one thread.
 */
final class WireStream {
  /** How long a client may send nothing. */
  static final Duration MAX_PAUSE = Duration.ofSeconds(5);

  /** What a body must bring in each second on average, once the grace time is over. */
  static final int MIN_BYTES_PER_SECOND = 1024;

  /** The time before the average counts: a connection needs some to reach its speed. */
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

  /** Ends a read that takes too long. */
  interface ReadTimer {
    void begin(long endNanos);

    void end();
  }

  /**
   * @param contentLength what the client announced; -1 when it did not
   * @param maxBytes bytes taken before the body counts as too large
   * @param timeout how long the whole body may take
   * @param timer ends a single read
   * @param stopping whether the server ends and waits for no body any more
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

  /** Reads as {@link InputStream#read(byte[], int, int)} does. */
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

  /** Whether a read does not wait. Most bodies come in one piece, and need no timer. */
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

  /** How long the next read may wait: until the first of the three limits. */
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
      // The server cuts idle connections short while it stops: the client is not to blame then.
      return Problems.draining();
    }
    return deadline.remaining().isZero()
        ? Problems.bodyTimeout(timeout)
        : Problems.bodyTooSlow(MIN_BYTES_PER_SECOND, MAX_PAUSE);
  }
}
