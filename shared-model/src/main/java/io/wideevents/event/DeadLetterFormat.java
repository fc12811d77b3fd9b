package io.wideevents.event;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a dead letter carries besides the record's own key, value and headers. Both processes write
 * them, and the worker's commands read them; all values are text in UTF-8.
 */
public final class DeadLetterFormat {
  /** Every header of ours begins like this; a replay takes them off again. */
  public static final String PREFIX = "dlq-";

  /** {@link DeadLetterReason#label}. */
  public static final String REASON = "dlq-reason";

  /** What exactly was wrong. */
  public static final String ERROR = "dlq-error";

  /** The topic, partition and offset a worker took the record from; absent from a gateway's. */
  public static final String SOURCE_TOPIC = "dlq-source-topic";

  public static final String SOURCE_PARTITION = "dlq-source-partition";
  public static final String SOURCE_OFFSET = "dlq-source-offset";

  /**
   * When the event got to where it was taken from, in milliseconds since the epoch: the source
   * record's timestamp, or the time of spooling.
   */
  public static final String SOURCE_TIMESTAMP = "dlq-source-timestamp";

  /** Where an event comes from that never was in a topic: {@link #SPOOL}. */
  public static final String ORIGIN = "dlq-origin";

  /** The {@link #ORIGIN} of what a gateway takes from its spool. */
  public static final String SPOOL = "spool";

  /** How often the database was asked to store the record. */
  public static final String ATTEMPTS = "dlq-attempts";

  /** {@code true} when the value is a stub in JSON, because the record was too large. */
  public static final String STUB = "dlq-stub";

  /**
   * The {@link DeadLetterPart}s of the record that the letter lacks, separated by commas; absent
   * when it lacks none.
   */
  public static final String CUT = "dlq-cut";

  /** How often the record was replayed from here before; the one header a replay keeps. */
  public static final String REPLAYS = "dlq-replays";

  /** Bytes a stub keeps of the beginning of the original value. */
  public static final int STUB_HEAD_BYTES = 64 * 1024;

  /** The longest key a stub keeps. */
  public static final int STUB_MAX_KEY_BYTES = 8 * 1024;

  /** The longest {@link #ERROR}, in characters. */
  public static final int MAX_ERROR_CHARS = 1_000;

  /** The longest {@link #ERROR} of the smallest stub, in characters. */
  public static final int SMALLEST_ERROR_CHARS = 100;

  private DeadLetterFormat() {}

  /** An error message, as much of it as a header takes. */
  public static String error(String message) {
    return error(message, MAX_ERROR_CHARS);
  }

  /** An error message, at most so many characters of it; never half of a surrogate pair. */
  public static String error(String message, int maxChars) {
    if (message.length() <= maxChars) {
      return message;
    }
    boolean splitsPair = Character.isHighSurrogate(message.charAt(maxChars - 1));
    return message.substring(0, splitsPair ? maxChars - 1 : maxChars);
  }

  /**
   * The value of a letter whose own value is too large: JSON that identifies it.
   *
   * @param place members of a JSON object, without braces, that tell where the original was
   * @param keyBytes length of the original key
   * @param value the original value
   * @param headBytes how much of the beginning of the value is kept
   */
  public static byte[] stub(String place, int keyBytes, byte[] value, int headBytes) {
    byte[] head = Arrays.copyOf(value, Math.min(value.length, headBytes));
    return """
    {%s,"keyBytes":%d,"valueBytes":%d,"sha256":"%s","head":"%s"}"""
        .formatted(
            place,
            keyBytes,
            value.length,
            HexFormat.of().formatHex(sha256(value)),
            Base64.getEncoder().encodeToString(head))
        .getBytes(UTF_8);
  }

  /**
   * The value of a letter whose own value was never read whole: as {@link #stub}, without a hash.
   *
   * @param valueBytes length of the original value, headers included
   * @param head the beginning of the original value
   */
  public static byte[] stubOfCut(
      String place, int keyBytes, int valueBytes, byte[] head, int headBytes) {
    byte[] kept = Arrays.copyOf(head, Math.min(head.length, headBytes));
    return """
    {%s,"keyBytes":%d,"valueBytes":%d,"head":"%s"}"""
        .formatted(place, keyBytes, valueBytes, Base64.getEncoder().encodeToString(kept))
        .getBytes(UTF_8);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java platform has SHA-256", e);
    }
  }
}
