package io.wideevents.event;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.Consumer;

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

  // One digest per thread: getInstance costs more than hashing a typical event of 700 bytes.
  private static final ThreadLocal<MessageDigest> SHA_256 =
      ThreadLocal.withInitial(ContentHash::sha256);

  /**
   * Hashes {@code length} bytes from {@code offset}. Safe for concurrent use, does not block.
   *
   * @throws IndexOutOfBoundsException if the range is not within {@code bytes}
   */
  public static ContentHash of(byte[] bytes, int offset, int length) {
    MessageDigest digest = SHA_256.get();
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
   * @param parts adds every part; must not compute another hash meanwhile
   */
  public static ContentHash ofParts(Consumer<PartSink> parts) {
    MessageDigest digest = SHA_256.get();
    digest.reset();
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

  private static ContentHash first128Bits(MessageDigest digest) {
    ByteBuffer first = ByteBuffer.wrap(digest.digest());
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
