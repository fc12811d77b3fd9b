package io.wideevents.gateway.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a segment file: what it is, written once, and a note of how
 * far it has been drained, written over in place. The note only saves work: without it, a start
 * scans the file and replay repeats what was delivered already.
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
final class SegmentHeader {
  static final int BYTES = 64;

  private static final byte[] MAGIC = "WESPOOL1".getBytes(US_ASCII);
  private static final int IDENTITY_BYTES = 16;
  private static final int NOTE_AT = 32;
  private static final int NOTE_BYTES = 16;
  private static final int CHECKSUM_BYTES = 4;

  /**
   * How far a segment has been drained.
   *
   * @param sealedLength length of a segment that takes no more events; 0 while it may
   * @param sealedEvents events in such a segment
   */
  record Note(int sealedLength, int sealedEvents, int drainedTo, int drainedEvents) {
    static final Note NONE = new Note(0, 0, BYTES, 0);
  }

  private SegmentHeader() {}

  static ByteBuffer encode(Instant createdAt) {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    header.put(MAGIC).putLong(createdAt.toEpochMilli());
    header.putInt(checksum(header.slice(0, IDENTITY_BYTES)));
    header.position(NOTE_AT).put(encode(Note.NONE));
    return header.rewind();
  }

  private static ByteBuffer encode(Note note) {
    ByteBuffer bytes = ByteBuffer.allocate(NOTE_BYTES + CHECKSUM_BYTES);
    bytes.putInt(note.sealedLength).putInt(note.sealedEvents);
    bytes.putInt(note.drainedTo).putInt(note.drainedEvents);
    bytes.putInt(checksum(bytes.slice(0, NOTE_BYTES)));
    return bytes.flip();
  }

  static void writeNote(SpoolFiles files, Path file, Note note) throws IOException {
    files.overwrite(file, NOTE_AT, encode(note));
  }

  /** The header of a file that is at least {@link #BYTES} long. */
  static ByteBuffer read(SpoolFiles files, Path file) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    files.read(file, 0, header);
    return header.flip();
  }

  /** When the segment was created; empty if this is no header of a segment. */
  static Optional<Instant> createdAt(ByteBuffer header) {
    boolean ours =
        header.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
            && header.getInt(IDENTITY_BYTES) == checksum(header.slice(0, IDENTITY_BYTES));
    return ours
        ? Optional.of(Instant.ofEpochMilli(header.getLong(MAGIC.length)))
        : Optional.empty();
  }

  /** The note; {@link Note#NONE} if it is damaged or speaks of more than the file holds. */
  static Note note(ByteBuffer header, long fileBytes) {
    ByteBuffer bytes = header.slice(NOTE_AT, NOTE_BYTES + CHECKSUM_BYTES);
    Note note = new Note(bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt());
    boolean believable =
        bytes.getInt() == checksum(bytes.slice(0, NOTE_BYTES))
            && note.drainedTo >= BYTES
            && note.drainedTo <= fileBytes
            && (note.sealedLength == 0 || note.sealedLength == fileBytes);
    return believable ? note : Note.NONE;
  }

  private static int checksum(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
