package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the frames of a segment file from an offset on and skips unreadable bytes between them.
 * Holds a bounded part of the file in memory: 256 KiB, or one frame. Not safe for concurrent use.
 */
final class FrameReader {
  private static final int WINDOW_BYTES = 256 << 10;

  /**
   * A false frame begins with a marker and has a wrong checksum. After this many bytes of false
   * frames, the rest of a file counts as unreadable. No event contains a marker, and random bytes
   * contain one in four billion bytes. The limit bounds the time for a file that was made to
   * contain markers everywhere.
   */
  private static final long MOST_BYTES_IN_VAIN = 256L << 20;

  /** The next result; {@code from} and {@code to} are offsets in the file. */
  sealed interface Found {
    /**
     * A frame with a correct checksum.
     *
     * @param beginsGroup whether everything before the frame was synced before the frame was
     *     written
     */
    record Intact(int from, int to, StoredEvent event, boolean beginsGroup) implements Found {}

    /** Bytes without an intact frame, up to the next intact frame or the end. */
    record Damaged(int from, int to) implements Found {}

    record End() implements Found {}
  }

  private final SpoolFiles files;
  private final Path file;
  private final int limit;
  private int offset;
  private ByteBuffer window = ByteBuffer.allocate(0);
  private int windowStart;
  private long bytesInVain;

  /**
   * @param limit end of the readable part of the file
   */
  FrameReader(SpoolFiles files, Path file, int from, int limit) {
    this.files = files;
    this.file = file;
    this.offset = from;
    this.limit = limit;
  }

  Found next() throws IOException {
    if (offset >= limit) {
      return new Found.End();
    }
    int from = offset;
    int begin = from;
    int length = intactLength(begin);
    while (length == 0 && begin < limit) {
      begin = nextMarker(begin + 1);
      length = intactLength(begin);
    }
    if (begin > from) {
      offset = begin;
      return new Found.Damaged(from, begin);
    }
    offset = from + length;
    ByteBuffer frame = bytes(from, length);
    boolean beginsGroup = Frame.beginsGroup(frame);
    Optional<StoredEvent> event = Frame.decode(frame);
    return event.isPresent()
        ? new Found.Intact(from, offset, event.get(), beginsGroup)
        : new Found.Damaged(from, offset);
  }

  /** The length of the intact frame at an offset; 0 if there is none. */
  private int intactLength(int at) throws IOException {
    if (limit - at < Frame.HEADER_BYTES) {
      return 0;
    }
    int length = Frame.length(bytes(at, Frame.HEADER_BYTES));
    if (length == 0 || length > limit - at || bytesInVain > MOST_BYTES_IN_VAIN) {
      return 0;
    }
    if (Frame.isIntact(bytes(at, length))) {
      return length;
    }
    bytesInVain += length;
    return 0;
  }

  /** The next offset at which a frame may begin; the limit if there is none. */
  private int nextMarker(int from) throws IOException {
    int at = from;
    while (at < limit && bytesInVain <= MOST_BYTES_IN_VAIN) {
      load(at, 1);
      while (at < windowStart + window.limit()) {
        if (Frame.canBeginWith(window.get(at - windowStart))) {
          return at;
        }
        at++;
      }
    }
    return limit;
  }

  private ByteBuffer bytes(int from, int length) throws IOException {
    load(from, length);
    return window.slice(from - windowStart, length);
  }

  private void load(int from, int length) throws IOException {
    if (from >= windowStart && from + length <= windowStart + window.limit()) {
      return;
    }
    int wanted = Math.min(limit - from, Math.max(length, WINDOW_BYTES));
    if (window.capacity() < wanted) {
      window = ByteBuffer.allocate(wanted);
    }
    window.clear().limit(wanted);
    windowStart = from;
    try {
      files.read(file, from, window);
      window.flip();
    } catch (IOException | RuntimeException | Error e) {
      window.limit(0);
      throw e;
    }
  }
}
