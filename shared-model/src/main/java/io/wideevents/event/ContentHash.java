package io.wideevents.event;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The first 128 bits of SHA-256 over an event's own bytes, from its {@code {} to its {@code }}, as
 * they are stored: after redaction, and without what the pipeline adds or discards ({@code
 * _summary}, {@code _ingest}, and an {@code eventId} that is null or derived). The hash must not
 * cover unredacted values, because a short secret could be found by hashing all possible values.
 *
 * <p>Two events with the same hash are one event. The hash distinguishes a repeated post from a new
 * event, and a duplicate from a client id that was reused for other content (a conflict).
 * Immutable.
 *
 * @param high the first 8 bytes, big-endian
 * @param low the next 8 bytes, big-endian
 */
public record ContentHash(long high, long low) {
  /** Length of the hash in bytes, in MongoDB; on the wire it has twice as many hex digits. */
  public static final int BYTES = 16;

  // Digests that are not in use: getInstance costs more than hashing a typical event of 700 bytes.
  // Not one for each thread, because the gateway has a new virtual thread for each request.
  private static final int SPARE_DIGESTS = 16;
  private static final AtomicReferenceArray<@Nullable MessageDigest> SPARE =
      new AtomicReferenceArray<>(SPARE_DIGESTS);

  /**
   * Hashes {@code length} bytes from {@code offset}. Safe for concurrent use, does not block.
   *
   * @throws IndexOutOfBoundsException if the range is not within {@code bytes}
   */
  public static ContentHash of(byte[] bytes, int offset, int length) {
    MessageDigest digest = take();
    digest.update(bytes, offset, length);
    return first128Bits(digest);
  }

  /** Takes the parts of a text, in order. */
  @FunctionalInterface
  public interface PartSink {
    void add(byte[] bytes, int offset, int length);
  }

  /**
   * Hashes a text that consists of several parts; the hash is that of all parts joined. Safe for
   * concurrent use, does not block.
   *
   * @param parts adds every part
   */
  public static ContentHash ofParts(Consumer<PartSink> parts) {
    MessageDigest digest = take();
    parts.accept(digest::update);
    return first128Bits(digest);
  }

  /**
   * Reads the 32 hex digits that {@link #toString} writes.
   *
   * @throws IllegalArgumentException if the text is not 32 hex digits
   */
  public static ContentHash parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException("A content hash has 32 hex digits, not " + hex.length());
    }
    return new ContentHash(
        HexFormat.fromHexDigitsToLong(hex, 0, BYTES),
        HexFormat.fromHexDigitsToLong(hex, BYTES, 2 * BYTES));
  }

  /** The 16 bytes, big-endian, in a new array. */
  public byte[] toBytes() {
    return ByteBuffer.allocate(BYTES).putLong(high).putLong(low).array();
  }

  /** 32 lower-case hex digits. */
  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }

  /** Takes a spare digest, or creates one. A digest that fails is not used again. */
  private static MessageDigest take() {
    MessageDigest spare = SPARE.getAndSet(slot(), null);
    return spare == null ? sha256() : spare;
  }

  private static int slot() {
    return (int) (Thread.currentThread().threadId() & (SPARE_DIGESTS - 1));
  }

  private static ContentHash first128Bits(MessageDigest digest) {
    ByteBuffer first = ByteBuffer.wrap(digest.digest());
    SPARE.set(slot(), digest);
    return new ContentHash(first.getLong(), first.getLong());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
