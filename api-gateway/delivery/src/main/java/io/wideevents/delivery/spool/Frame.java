package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * The format of an event in a segment file: a header of {@value #HEADER_BYTES} bytes, four short
 * texts, and the event's JSON. All numbers are big-endian.
 *
 * <pre>
 *  0  4  marker
 *  4  4  CRC-32C of everything after it
 *  8  4  length of the JSON
 * 12  8  lengths of outcome, request id, rejection code, rejection message, two bytes each
 * 20  8  time of spooling, in ms since the epoch
 * 28 16  event id
 * </pre>
 *
 * The highest bit of the first text's length marks the first frame of a group. Everything before
 * such a frame was synced before the frame was written.
 */
final class Frame {
  static final int HEADER_BYTES = 44;

  // The byte 0xFF occurs in no UTF-8 text, so no event can contain a marker. After damage, the next
  // marker found in the text part of a file is a real one.
  private static final int MARKER = 0xFF57_4501;

  private static final int CHECKSUM_AT = 4;
  private static final int LENGTH_AT = 8;
  private static final int TEXT_LENGTHS_AT = 12;
  private static final int BEGINS_GROUP = 0x8000;

  /** Offset of the first byte under the checksum. */
  static final int CHECKED_FROM = LENGTH_AT;

  private static final int MAX_JSON_BYTES = 64 << 20;
  private static final int MAX_TEXT_BYTES = 2048;
  private static final int TEXTS = 4;

  /** Rejection code of a stored event that cannot be decoded. */
  static final String UNDECODABLE = "undecodable";

  private Frame() {}

  static byte[] encode(StoredEvent event) {
    List<byte[]> texts =
        List.of(
            bytes(event.outcome().name()),
            bytes(event.requestId()),
            bytes(event.refusalCode()),
            bytes(event.refusalMessage()));
    int textBytes = texts.stream().mapToInt(text -> text.length).sum();
    ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + textBytes + event.json().length);
    UUID id = event.id().value();
    frame.putInt(MARKER).putInt(0).putInt(event.json().length);
    texts.forEach(text -> frame.putShort((short) text.length));
    frame.putLong(event.spooledAt().toEpochMilli());
    frame.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    texts.forEach(frame::put);
    frame.put(event.json());
    frame.putInt(CHECKSUM_AT, checksum(frame.array()));
    return frame.array();
  }

  /**
   * The length of the frame that begins here, including the header.
   *
   * @param header at least {@link #HEADER_BYTES} from its position
   * @return 0 if no frame begins here; the length is valid only if {@link #isIntact}
   */
  static int length(ByteBuffer header) {
    int at = header.position();
    if (header.getInt(at) != MARKER) {
      return 0;
    }
    int jsonBytes = header.getInt(at + LENGTH_AT);
    int textBytes = 0;
    for (int text = 0; text < TEXTS; text++) {
      textBytes += textLength(header.getShort(at + TEXT_LENGTHS_AT + 2 * text));
    }
    boolean plausible =
        jsonBytes > 0 && jsonBytes <= MAX_JSON_BYTES && textBytes <= TEXTS * MAX_TEXT_BYTES;
    return plausible ? HEADER_BYTES + textBytes + jsonBytes : 0;
  }

  private static int textLength(short length) {
    return Short.toUnsignedInt(length) & ~BEGINS_GROUP;
  }

  static void beginGroup(byte[] frame) {
    frame[TEXT_LENGTHS_AT] |= (byte) (BEGINS_GROUP >>> Byte.SIZE);
    ByteBuffer.wrap(frame).putInt(CHECKSUM_AT, checksum(frame));
  }

  /**
   * Whether an intact frame is the first of a group.
   *
   * @param frame from its position
   */
  static boolean beginsGroup(ByteBuffer frame) {
    return frame.get(frame.position() + TEXT_LENGTHS_AT) < 0;
  }

  /** Whether a frame can begin with this byte. No JSON text contains it. */
  static boolean canBeginWith(byte first) {
    return first == (byte) (MARKER >>> 24);
  }

  /** Whether the bytes from position to limit are a frame with a correct checksum. */
  static boolean isIntact(ByteBuffer frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame.slice(frame.position() + CHECKED_FROM, frame.remaining() - CHECKED_FROM));
    return (int) crc.getValue() == frame.getInt(frame.position() + CHECKSUM_AT);
  }

  /**
   * Reads an intact frame from position to limit and moves the position to the limit. An event with
   * an outcome that this version does not know is read as a rejected event.
   *
   * @return empty if the frame holds no event, which no version writes
   */
  static Optional<StoredEvent> decode(ByteBuffer frame) {
    frame.position(frame.position() + CHECKED_FROM);
    byte[] json = new byte[frame.getInt()];
    int[] lengths = new int[TEXTS];
    Arrays.setAll(lengths, text -> textLength(frame.getShort()));
    Instant spooledAt = Instant.ofEpochMilli(frame.getLong());
    UUID id = new UUID(frame.getLong(), frame.getLong());
    String[] texts = new String[TEXTS];
    Arrays.setAll(texts, text -> text(frame, lengths[text]));
    frame.get(json);
    if (!isId(id)) {
      return Optional.empty();
    }
    Optional<Outcome> outcome = outcome(texts[0]);
    boolean refuse = outcome.isEmpty() && texts[2].isEmpty();
    return Optional.of(
        new StoredEvent(
            new EventId(id),
            outcome.orElse(Outcome.EDGE_CASE),
            spooledAt,
            texts[1],
            refuse ? UNDECODABLE : texts[2],
            refuse ? "Its outcome is unknown to this version of the gateway" : texts[3],
            json));
  }

  private static boolean isId(UUID id) {
    boolean nil = id.equals(new UUID(0, 0));
    boolean max = id.equals(new UUID(-1, -1));
    return !nil && !max;
  }

  private static Optional<Outcome> outcome(String name) {
    return Arrays.stream(Outcome.values()).filter(known -> known.name().equals(name)).findFirst();
  }

  private static int checksum(byte[] frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame, CHECKED_FROM, frame.length - CHECKED_FROM);
    return (int) crc.getValue();
  }

  private static byte[] bytes(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    if (bytes.length <= MAX_TEXT_BYTES) {
      return bytes;
    }
    // A cut inside a character is read back as a replacement character. Only a database's message
    // can be this long, so this is harmless.
    return Arrays.copyOf(bytes, MAX_TEXT_BYTES);
  }

  private static String text(ByteBuffer frame, int length) {
    byte[] bytes = new byte[length];
    frame.get(bytes);
    return new String(bytes, UTF_8);
  }
}
