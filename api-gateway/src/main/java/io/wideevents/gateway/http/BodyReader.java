package io.wideevents.gateway.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Reads a request's body to its end and inflates it, within bounds of bytes and time. The inflated
 * bytes are counted as they appear, so that a compression bomb costs no more than the limit.
 *
 * <p>Safe for concurrent use.
 */
final class BodyReader {
  private static final int FIRST_BUFFER = 16 * 1024;

  private final int maxWireBytes;
  private final int maxInflatedBytes;
  private final Duration timeout;

  /**
   * @param maxWireBytes bytes of a body as sent
   * @param maxInflatedBytes bytes of a compressed body after inflation
   * @param timeout how long a whole body may take to arrive
   */
  BodyReader(int maxWireBytes, int maxInflatedBytes, Duration timeout) {
    this.maxWireBytes = maxWireBytes;
    this.maxInflatedBytes = maxInflatedBytes;
    this.timeout = timeout;
  }

  /**
   * Reads the whole body; blocks until it is there, for the timeout at most.
   *
   * @param body opened only when the announced length is within the limit: opening is what tells a
   *     client that asked with {@code Expect: 100-continue} to send
   * @param contentLength what the client announced; -1 when it did not
   * @throws ProblemException 400 when the body is cut short or its compression damaged, 408 when it
   *     is too slow, 413 when it is too large
   */
  Body read(Supplier<InputStream> body, long contentLength, Compression compression) {
    if (contentLength > maxWireBytes) {
      throw new ProblemException(Problems.bodyTooLarge(maxWireBytes));
    }
    var wire = new WireStream(body.get(), maxWireBytes, timeout);
    if (compression == Compression.IDENTITY) {
      // One byte more than announced: the end is then found without growing.
      int expected = contentLength < 0 ? FIRST_BUFFER : (int) contentLength + 1;
      return readAll(wire, expected, compression);
    }
    try (InputStream inflated = compression.inflate(wire)) {
      return readAll(inflated, FIRST_BUFFER, compression);
    } catch (IOException e) {
      throw new ProblemException(Problems.corruptCompression(compression));
    }
  }

  private Body readAll(InputStream stream, int expectedBytes, Compression compression) {
    byte[] bytes = new byte[expectedBytes];
    int length = 0;
    while (true) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, grown(length));
      }
      int read = read(stream, bytes, length, compression);
      if (read < 0) {
        return new Body(bytes, length);
      }
      length += read;
      if (length > maxInflatedBytes) {
        throw new ProblemException(Problems.inflatedTooLarge(maxInflatedBytes));
      }
    }
  }

  private static int read(InputStream stream, byte[] bytes, int from, Compression compression) {
    try {
      return stream.read(bytes, from, bytes.length - from);
    } catch (IOException e) {
      throw new ProblemException(Problems.corruptCompression(compression));
    }
  }

  /** Never beyond one byte over the limit: that byte is what proves a body too large. */
  private int grown(int length) {
    return (int) Math.min(2L * length, maxInflatedBytes + 1L);
  }
}
