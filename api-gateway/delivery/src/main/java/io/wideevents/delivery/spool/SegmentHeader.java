package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * The first {@value #BYTES} bytes of a segment file: the identity of the segment, and how far its
 * appends are acknowledged. There are two pages, and both hold the same parts, so a torn write of
 * one page leaves the other intact.
 *
 * <pre>
 *    0 40  identity
 *  512 28  synced length, even generations
 * 1024 40  zero; a note of earlier versions, which is ignored
 * 4096 40  identity, the same
 * 4608 28  synced length, odd generations
 * </pre>
 *
 * Each part ends with a CRC-32C over the part and, except for the identity, over the identity's
 * checksum. Therefore a part that was copied from another segment is rejected. All other bytes are
 * zero. docs/decisions/spool-storage.md explains how the parts are used.
 */
final class SegmentHeader {
  static final int BYTES = 8192;

  private static final byte[] MAGIC = "WESPOOL2".getBytes(US_ASCII);

  /**
   * Length of the text with which the headers of all versions begin. The digit of the version
   * follows.
   */
  private static final int ANY_VERSION_BYTES = 7;

  private static final int PAGE = 4096;
  private static final int SYNCED_AT = 512;
  private static final int NOTE_AT = 1024;
  private static final int CHECKSUM_BYTES = 4;
  private static final int IDENTITY_BYTES = 40;
  private static final int SYNCED_BYTES = 28;
  private static final int NOTE_BYTES = 40;

  /**
   * The identity of a segment; written once.
   *
   * @param previous number of the previous segment; 0 if there was none at the time
   * @param previousLength acknowledged length of that segment
   */
  record Identity(long sequence, Instant createdAt, long previous, int previousLength) {
    private ByteBuffer encode() {
      ByteBuffer bytes = ByteBuffer.allocate(IDENTITY_BYTES);
      bytes.put(MAGIC).putLong(sequence).putLong(createdAt.toEpochMilli());
      bytes.putLong(previous).putInt(previousLength);
      return sealed(bytes, 0);
    }

    private static Optional<Identity> decode(ByteBuffer bytes) {
      return bytes.slice(0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC)) && isIntact(bytes, 0)
          ? Optional.of(
              new Identity(
                  bytes.getLong(8),
                  Instant.ofEpochMilli(bytes.getLong(16)),
                  bytes.getLong(24),
                  bytes.getInt(32)))
          : Optional.empty();
    }

    private int checksum() {
      return encode().getInt(IDENTITY_BYTES - CHECKSUM_BYTES);
    }
  }

  /**
   * How far the segment is acknowledged. Written twice for each group of events. Before the sync,
   * {@code writtenTo} is the end of the group. After the sync, {@code syncedTo} is the end of the
   * group as well.
   *
   * @param generation grows by one with each write
   * @param syncedTo bytes before this offset were synced at the time
   * @param writtenTo bytes from this offset on were not written at the time
   * @param syncedEvents number of events before {@code syncedTo}
   */
  record Synced(long generation, int syncedTo, int writtenTo, int syncedEvents) {
    static final Synced NONE = new Synced(0, BYTES, BYTES, 0);

    /** Whether exactly the bytes of a file of this size were written and synced. */
    boolean isWhole(int size) {
      return syncedTo == size && writtenTo == size;
    }

    private ByteBuffer encode(int binding) {
      ByteBuffer bytes = ByteBuffer.allocate(SYNCED_BYTES);
      bytes.putLong(generation).putInt(syncedTo).putInt(writtenTo).putInt(syncedEvents).putInt(0);
      return sealed(bytes, binding);
    }

    private static Optional<Synced> decode(ByteBuffer bytes, int binding) {
      return isIntact(bytes, binding)
          ? Optional.of(
              new Synced(bytes.getLong(0), bytes.getInt(8), bytes.getInt(12), bytes.getInt(16)))
          : Optional.empty();
    }
  }

  /**
   * The content of a header.
   *
   * @param synced the newer intact synced length; empty if neither is intact
   * @param sound whether every byte of the header is as it was written
   */
  record Content(Identity identity, Optional<Synced> synced, boolean sound) {}

  private SegmentHeader() {}

  static ByteBuffer encode(Identity identity) {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    int binding = identity.checksum();
    for (int page : new int[] {0, PAGE}) {
      header.put(page, identity.encode().array());
      header.put(page + SYNCED_AT, Synced.NONE.encode(binding).array());
    }
    return header;
  }

  /** Overwrites the older of the two synced lengths; not synced. */
  static void writeSynced(SpoolFiles.Appender file, Identity identity, Synced synced)
      throws IOException {
    int page = synced.generation % 2 == 0 ? 0 : PAGE;
    file.overwrite(page + SYNCED_AT, synced.encode(identity.checksum()));
  }

  /**
   * Reads a header.
   *
   * @param header {@link #BYTES}, from 0
   * @return empty if neither page has an intact identity
   */
  static Optional<Content> decode(ByteBuffer header) {
    Optional<Identity> first = Identity.decode(header.slice(0, IDENTITY_BYTES));
    Optional<Identity> second = Identity.decode(header.slice(PAGE, IDENTITY_BYTES));
    return first.or(() -> second).map(identity -> content(header, identity, first.equals(second)));
  }

  private static Content content(ByteBuffer header, Identity identity, boolean identitiesAgree) {
    int binding = identity.checksum();
    Function<Integer, Optional<Synced>> synced =
        page -> Synced.decode(header.slice(page + SYNCED_AT, SYNCED_BYTES), binding);
    Optional<Synced> even = synced.apply(0);
    Optional<Synced> odd = synced.apply(PAGE);
    Optional<Synced> newest =
        even.flatMap(a -> odd.map(b -> a.generation > b.generation ? a : b))
            .or(() -> even.or(() -> odd));
    boolean sound =
        identitiesAgree && even.isPresent() && odd.isPresent() && isZeroElsewhere(header, binding);
    return new Content(identity, newest, sound);
  }

  private static boolean isZeroElsewhere(ByteBuffer header, int binding) {
    byte[] rest = new byte[BYTES];
    header.get(0, rest);
    for (int page : List.of(0, PAGE)) {
      Arrays.fill(rest, page, page + IDENTITY_BYTES, (byte) 0);
      Arrays.fill(rest, page + SYNCED_AT, page + SYNCED_AT + SYNCED_BYTES, (byte) 0);
    }
    if (isIntact(header.slice(NOTE_AT, NOTE_BYTES), binding)) {
      Arrays.fill(rest, NOTE_AT, NOTE_AT + NOTE_BYTES, (byte) 0);
    }
    return Arrays.equals(rest, new byte[BYTES]);
  }

  /**
   * Whether these are the first bytes of a segment of another version.
   *
   * @param header the beginning of a file that {@link #decode} does not accept
   */
  static boolean isOfAnotherVersion(ByteBuffer header) {
    ByteBuffer magic = ByteBuffer.wrap(MAGIC);
    return header.remaining() >= MAGIC.length
        && header.slice(0, ANY_VERSION_BYTES).equals(magic.slice(0, ANY_VERSION_BYTES))
        && Character.isDigit(header.get(ANY_VERSION_BYTES))
        && header.get(ANY_VERSION_BYTES) != magic.get(ANY_VERSION_BYTES);
  }

  private static ByteBuffer sealed(ByteBuffer bytes, int binding) {
    bytes.putInt(bytes.limit() - CHECKSUM_BYTES, checksum(bytes, binding));
    return bytes.rewind();
  }

  private static boolean isIntact(ByteBuffer bytes, int binding) {
    return bytes.getInt(bytes.limit() - CHECKSUM_BYTES) == checksum(bytes, binding);
  }

  private static int checksum(ByteBuffer bytes, int binding) {
    CRC32C crc = new CRC32C();
    crc.update(bytes.slice(0, bytes.limit() - CHECKSUM_BYTES));
    crc.update(ByteBuffer.allocate(CHECKSUM_BYTES).putInt(0, binding));
    return (int) crc.getValue();
  }
}
