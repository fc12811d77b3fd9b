package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a segment file of the version before {@link SegmentHeader}.
 * Such files are still read and drained. They do not record how far they were acknowledged.
 *
 * <pre>
 *  0  8  "WESPOOL1"
 *  8  8  time of creation, in ms since the epoch
 * 16  4  CRC-32C of the above
 * 20 12  zero
 * 32  4  length of the segment once it takes no more events, else 0
 * 36  4  events in it, else 0
 * 40  4  offset up to which it is drained
 * 44  4  events before that offset
 * 48  4  CRC-32C of the note
 * 52 12  zero
 * </pre>
 */
final class LegacyHeader {
  static final int BYTES = 64;

  private static final byte[] MAGIC = "WESPOOL1".getBytes(US_ASCII);
  private static final int IDENTITY_BYTES = 16;
  private static final int NOTE_AT = 32;
  private static final int NOTE_BYTES = 16;
  private static final int CHECKSUM_BYTES = 4;

  private LegacyHeader() {}

  static void writeNote(SpoolFiles files, Path file, DrainNote note) throws IOException {
    files.overwrite(file, NOTE_AT, encode(note));
  }

  private static ByteBuffer encode(DrainNote note) {
    ByteBuffer bytes = ByteBuffer.allocate(NOTE_BYTES + CHECKSUM_BYTES);
    bytes.putInt(note.sealedLength()).putInt(note.sealedEvents());
    bytes.putInt(note.drainedTo()).putInt(note.drainedEvents());
    bytes.putInt(checksum(bytes.slice(0, NOTE_BYTES)));
    return bytes.flip();
  }

  /** The creation time of the segment; empty if this is no header of that version. */
  static Optional<Instant> createdAt(ByteBuffer header) {
    boolean ours =
        header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
            && header.getInt(IDENTITY_BYTES) == checksum(header.slice(0, IDENTITY_BYTES));
    return ours
        ? Optional.of(Instant.ofEpochMilli(header.getLong(MAGIC.length)))
        : Optional.empty();
  }

  /** The drain note; empty if it is damaged. */
  static Optional<DrainNote> note(ByteBuffer header) {
    ByteBuffer bytes = header.slice(NOTE_AT, NOTE_BYTES + CHECKSUM_BYTES);
    DrainNote note =
        new DrainNote(bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt(), 0);
    return bytes.getInt() == checksum(bytes.slice(0, NOTE_BYTES))
        ? Optional.of(note)
        : Optional.empty();
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
