package io.wideevents.gateway.http;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads a request's body to its end and inflates it, within bounds of bytes, memory and time. The
 * inflated bytes are counted as they appear, so that a compression bomb costs no more than the
 * limit.
 *
 * <p>Safe for concurrent use.
 */
final class BodyReader {
  private static final int FIRST_BUFFER = 16 * 1024;

  // A zstd reader takes up to its window, 8 MiB, in native memory that no budget of ours sees.
  private static final int MAX_ZSTD_READERS = 16;
  private static final long ZSTD_WAIT_MILLIS = 1_000;

  private final int maxWireBytes;
  private final int maxInflatedBytes;
  private final Duration timeout;
  private final ByteBudget memory;
  private final BooleanSupplier stopping;
  private final Semaphore zstdReaders = new Semaphore(MAX_ZSTD_READERS, true);

  /**
   * @param maxWireBytes bytes of a body as sent
   * @param maxInflatedBytes bytes of a compressed body after inflation
   * @param timeout how long a whole body may take to arrive
   * @param memory where the bodies' memory is taken from
   * @param stopping whether the server ends and waits for no body any more
   */
  BodyReader(
      int maxWireBytes,
      int maxInflatedBytes,
      Duration timeout,
      ByteBudget memory,
      BooleanSupplier stopping) {
    this.maxWireBytes = maxWireBytes;
    this.maxInflatedBytes = maxInflatedBytes;
    this.timeout = timeout;
    this.memory = memory;
    this.stopping = stopping;
  }

  /**
   * Reads the whole body; blocks until it is there, for the timeout at most.
   *
   * @param body opened only when the announced length is within the limit: opening is what tells a
   *     client that asked with {@code Expect: 100-continue} to send
   * @param contentLength what the client announced; -1 when it did not
   * @throws ProblemException 400 when the body is cut short or its compression damaged, 408 when it
   *     is too slow, 413 when it is too large, 429 when there is no memory for it now
   */
  Body read(Supplier<InputStream> body, long contentLength, Compression compression) {
    if (contentLength > maxWireBytes) {
      throw new ProblemException(Problems.bodyTooLarge(maxWireBytes));
    }
    ByteBudget.Reservation reservation = memory.reserve();
    try {
      return switch (compression) {
        case IDENTITY -> readAll(wire(body), atMost(contentLength), compression, reservation);
        case GZIP -> readInflated(body, compression, reservation);
        case ZSTD -> readZstd(body, reservation);
      };
    } catch (RuntimeException | Error e) {
      reservation.close();
      throw e;
    }
  }

  /** How long a whole body may take to arrive. */
  Duration timeout() {
    return timeout;
  }

  private Body readZstd(Supplier<InputStream> body, ByteBudget.Reservation reservation) {
    try {
      if (!zstdReaders.tryAcquire(ZSTD_WAIT_MILLIS, TimeUnit.MILLISECONDS)) {
        throw new ProblemException(Problems.overloaded());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(Problems.draining());
    }
    try {
      return readInflated(body, Compression.ZSTD, reservation);
    } finally {
      zstdReaders.release();
    }
  }

  private Body readInflated(
      Supplier<InputStream> body, Compression compression, ByteBudget.Reservation reservation) {
    try (InputStream inflated = compression.inflate(wire(body))) {
      return readAll(inflated, maxInflatedBytes, compression, reservation);
    } catch (IOException e) {
      throw new ProblemException(unreadable(compression, e));
    }
  }

  /** Memory is taken as bytes come, never for what was only announced. */
  private Body readAll(
      InputStream stream,
      int atMostBytes,
      Compression compression,
      ByteBudget.Reservation reservation) {
    int size = Math.min(FIRST_BUFFER, atMostBytes + 1);
    reservation.grow(size);
    byte[] bytes = new byte[size];
    int length = 0;
    while (true) {
      if (length == bytes.length) {
        int grown = grown(length, atMostBytes);
        // Both exist while one is copied into the other.
        reservation.grow(grown);
        bytes = Arrays.copyOf(bytes, grown);
        reservation.shrink(length);
      }
      int read = read(stream, bytes, length, compression);
      if (read < 0) {
        return new Body(bytes, length, reservation);
      }
      length += read;
      if (length > atMostBytes) {
        throw new ProblemException(Problems.inflatedTooLarge(maxInflatedBytes));
      }
    }
  }

  private int atMost(long contentLength) {
    return contentLength < 0 ? maxInflatedBytes : (int) Math.min(contentLength, maxInflatedBytes);
  }

  private WireStream wire(Supplier<InputStream> body) {
    return new WireStream(body.get(), maxWireBytes, timeout, stopping);
  }

  private static int read(InputStream stream, byte[] bytes, int from, Compression compression) {
    try {
      return stream.read(bytes, from, bytes.length - from);
    } catch (IOException e) {
      throw new ProblemException(unreadable(compression, e));
    }
  }

  private static Problem unreadable(Compression compression, IOException failure) {
    return failure instanceof ZstdIOException zstd
            && zstd.getErrorCode() == Zstd.errFrameParameterWindowTooLarge()
        ? Problems.zstdWindowTooLarge(1 << Compression.ZSTD_WINDOW_LOG)
        : Problems.corruptCompression(compression);
  }

  /** The last step is one byte over what may come: that byte is the end, or proves it too large. */
  private static int grown(int length, int atMostBytes) {
    long doubled = 2L * length;
    return doubled >= atMostBytes ? atMostBytes + 1 : (int) doubled;
  }
}
