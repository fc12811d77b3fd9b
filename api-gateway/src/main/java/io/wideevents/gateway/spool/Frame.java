package io.wideevents.gateway.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.event.EventId;
import io.wideevents.event.Outcome;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * How an event lies in a segment file: a header of {@value #HEADER_BYTES} bytes, four short texts,
 * the event's JSON. All numbers are big-endian.
 *
 * <pre>
 *  0  4  marker
 *  4  4  CRC-32C of everything after it
 *  8  4  length of the JSON
 * 12  8  lengths of outcome, request id, refusal code, refusal message, two bytes each
 * 20  8  time of spooling, in ms since the epoch
 * 28 16  event id
 * </pre>
 */
final class Frame {
  static final int HEADER_BYTES = 44;

  // 0xFF stands in no UTF-8 text, so no event, whoever wrote it, can contain what looks like a
  // frame: after damage the next marker found is a true one.
  private static final int MARKER = 0xFF57_4501;

  private static final int CHECKSUM_AT = 4;
  private static final int CHECKED_FROM = 8;
  private static final int MAX_JSON_BYTES = 64 << 20;
  private static final int MAX_TEXT_BYTES = 2048;
  private static final int TEXTS = 4;

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
   * Length of the frame that begins here, header included.
   *
   * @param header at least {@link #HEADER_BYTES} from its position
   * @return 0 if no frame begins here; the length is to be trusted only once {@link #isIntact}
   */
  static int length(ByteBuffer header) {
    int at = header.position();
    if (header.getInt(at) != MARKER) {
      return 0;
    }
    int jsonBytes = header.getInt(at + 8);
    int textBytes = 0;
    for (int text = 0; text < TEXTS; text++) {
      textBytes += Short.toUnsignedInt(header.getShort(at + 12 + 2 * text));
    }
    boolean plausible =
        jsonBytes > 0 && jsonBytes <= MAX_JSON_BYTES && textBytes <= TEXTS * MAX_TEXT_BYTES;
    return plausible ? HEADER_BYTES + textBytes + jsonBytes : 0;
  }

  /** Whether a frame can begin with this byte; no JSON text contains it. */
  static boolean canBeginWith(byte first) {
    return first == (byte) (MARKER >>> 24);
  }

  /** Whether the frame, exactly from position to limit, is as it was written. */
  static boolean isIntact(ByteBuffer frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame.slice(frame.position() + CHECKED_FROM, frame.remaining() - CHECKED_FROM));
    return (int) crc.getValue() == frame.getInt(frame.position() + CHECKSUM_AT);
  }

  /** Reads an intact frame, exactly from position to limit; the position moves to the limit. */
  static StoredEvent decode(ByteBuffer frame) {
    frame.position(frame.position() + CHECKED_FROM);
    byte[] json = new byte[frame.getInt()];
    int[] lengths = new int[TEXTS];
    Arrays.setAll(lengths, text -> Short.toUnsignedInt(frame.getShort()));
    Instant spooledAt = Instant.ofEpochMilli(frame.getLong());
    EventId id = new EventId(new UUID(frame.getLong(), frame.getLong()));
    String[] texts = new String[TEXTS];
    Arrays.setAll(texts, text -> text(frame, lengths[text]));
    frame.get(json);
    return new StoredEvent(
        id, Outcome.valueOf(texts[0]), spooledAt, texts[1], texts[2], texts[3], json);
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
    // A cut inside a character would be read back as a replacement character: harmless in the only
    // text that can be this long, a database's message.
    return Arrays.copyOf(bytes, MAX_TEXT_BYTES);
  }

  private static String text(ByteBuffer frame, int length) {
    byte[] bytes = new byte[length];
    frame.get(bytes);
    return new String(bytes, UTF_8);
  }
}
