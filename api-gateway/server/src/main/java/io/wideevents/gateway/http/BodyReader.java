package io.wideevents.gateway.http;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdIOException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Reads a request's body within limits of bytes, memory and time, in two steps. {@link #receive}
 * waits for the bytes from the client. {@link #inflate} decompresses them and waits for nothing, so
 * a slow client never occupies a decoder (see docs/decisions/bodies-in-two-steps.md).
 *
 * <p>Safe for concurrent use.
 */
final class BodyReader {
  private static final int FIRST_BUFFER = 16 * 1024;
  // A body of announced length is copied a few times only. Its buffer is at most this many times as
  // large as the received part. The last buffer is exactly as large as the body.
  private static final int ANNOUNCED_GROWTH = 8;
  private static final int GROWTH = 2;

  private final int maxWireBytes;
  private final int maxInflatedBytes;
  private final Duration timeout;
  private final ByteBudget memory;
  private final BooleanSupplier stopping;

  /**
   * @param maxWireBytes limit of a body as sent
   * @param maxInflatedBytes limit of a compressed body after inflation
   * @param timeout limit for the arrival of a complete body
   * @param memory reserved from for the bodies
   * @param stopping whether the server is stopping and receives no more bodies
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
   * Reads the complete body as sent. Blocks until the body has arrived, for the timeout at most.
   *
   * @param body opened only when the announced length is within the limit, because opening sends
   *     {@code 100 Continue} to a client that asked with {@code Expect: 100-continue}
   * @param contentLength the announced length; -1 if the client announced none
   * @param client the body counts against this client's share of the memory until {@code received}
   * @param timer ends a read that takes too long
   * @throws ProblemException 400 when the body is truncated, 408 when it is too slow, 413 when it
   *     is too large, 429 when there is not enough memory for it now, 503 when the server is
   *     stopping
   */
  Body receive(
      Supplier<InputStream> body, long contentLength, String client, WireStream.ReadTimer timer) {
    if (contentLength > maxWireBytes) {
      throw new ProblemException(Problems.bodyTooLarge(maxWireBytes));
    }
    var wire = new WireStream(body.get(), contentLength, maxWireBytes, timeout, timer, stopping);
    int atMost = contentLength < 0 ? maxWireBytes : (int) contentLength;
    int growth = contentLength < 0 ? GROWTH : ANNOUNCED_GROWTH;
    return readAll(wire::read, atMost, growth, memory.receive(client))
        .orElseThrow(() -> new ProblemException(Problems.bodyTooLarge(maxWireBytes)));
  }

  /**
   * Returns the decompressed body: {@code wire} itself if it is not compressed, else a new body.
   *
   * @param wire the body as sent; the caller must still close it
   * @param atMostBytes stops here if this is less than the limit of an inflated body
   * @return empty if there are more bytes than {@code atMostBytes}
   * @throws ProblemException 400 when the compressed data is damaged, 413 when the body is too
   *     large, 429 when there is not enough memory for it now
   */
  Optional<Body> inflate(Body wire, Compression compression, int atMostBytes) {
    int atMost = Math.min(atMostBytes, maxInflatedBytes);
    Optional<Body> body =
        compression == Compression.IDENTITY
            ? Optional.of(wire).filter(plain -> plain.length() <= atMost)
            : decoded(wire, compression, atMost);
    if (body.isEmpty() && atMost == maxInflatedBytes) {
      throw new ProblemException(Problems.inflatedTooLarge(maxInflatedBytes));
    }
    return body;
  }

  private Optional<Body> decoded(Body wire, Compression compression, int atMost) {
    var sent = new ByteArrayInputStream(wire.bytes(), 0, wire.length());
    try (InputStream inflated = compression.inflate(sent)) {
      return readAll(
          (bytes, from, length) -> read(inflated, bytes, from, length, compression),
          atMost,
          GROWTH,
          memory.reserve());
    } catch (IOException e) {
      throw new ProblemException(unreadable(compression, e));
    }
  }

  private interface Source {
    int read(byte[] bytes, int from, int length);
  }

  /**
   * Reads to the end. Reserves memory as bytes arrive: at most {@code growth} times as much as has
   * arrived.
   *
   * @return empty if there are more bytes than {@code atMost}
   */
  private Optional<Body> readAll(
      Source source, int atMost, int growth, ByteBudget.Reservation reservation) {
    boolean whole = false;
    try {
      int size = Math.min(FIRST_BUFFER, atMost);
      reservation.grow(size);
      byte[] bytes = new byte[size];
      byte[] next = new byte[1];
      int length = 0;
      while (true) {
        if (length < bytes.length) {
          int read = source.read(bytes, length, bytes.length - length);
          if (read < 0) {
            break;
          }
          length += read;
        } else if (source.read(next, 0, 1) < 0) {
          break;
        } else if (length == atMost) {
          return Optional.empty();
        } else {
          int grown = (int) Math.min((long) growth * length, atMost);
          reservation.grow(grown - length);
          bytes = copied(bytes, grown);
          bytes[length] = next[0];
          length++;
        }
      }
      Optional<Body> body = Optional.of(new Body(bytes, length, reservation));
      whole = true;
      return body;
    } finally {
      if (!whole) {
        reservation.close();
      }
    }
  }

  /**
   * Copies the bytes to a larger array. Both arrays exist during the copy. The client cannot
   * prolong the copy, so the second array counts against the whole budget and not against the
   * client's share.
   */
  private byte[] copied(byte[] bytes, int size) {
    try (ByteBudget.Reservation both = memory.reserve()) {
      both.grow(bytes.length);
      return Arrays.copyOf(bytes, size);
    }
  }

  private static int read(
      InputStream stream, byte[] bytes, int from, int length, Compression compression) {
    try {
      return stream.read(bytes, from, length);
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
}
