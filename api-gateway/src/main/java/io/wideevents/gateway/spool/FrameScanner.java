package io.wideevents.gateway.spool;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Walks the frames of a segment file from an offset, over whatever cannot be read between them. Not
 * safe for concurrent use.
 */
final class FrameScanner {

  /** What was found next; {@code from} to {@code to} are offsets in the file. */
  sealed interface Found {
    record Intact(int from, int to, StoredEvent event) implements Found {}

    /** Bytes that are no intact frame, up to the next one or to the end. */
    record Damaged(int from, int to) implements Found {}

    /** The end, as a write leaves it that was cut off: nothing was acknowledged there. */
    record TornTail(int from, int to) implements Found {}

    record End() implements Found {}
  }

  private final FileWindow window;
  private final int limit;
  private int offset;

  FrameScanner(SpoolFiles files, Path file, int from, int limit) {
    this.window = new FileWindow(files, file, limit);
    this.offset = from;
    this.limit = limit;
  }

  int offset() {
    return offset;
  }

  /** Goes on from a later offset. */
  void skipTo(int laterOffset) {
    offset = laterOffset;
  }

  Found next() throws IOException {
    if (offset >= limit) {
      return new Found.End();
    }
    int from = offset;
    int length = intactLength(from);
    if (length > 0) {
      offset = from + length;
      return new Found.Intact(from, offset, Frame.decode(window.at(from, length)));
    }
    offset = nextIntact(from + 1);
    return offset == limit && looksTorn(from)
        ? new Found.TornTail(from, offset)
        : new Found.Damaged(from, offset);
  }

  /** Length of the intact frame at an offset; 0 if there is none. */
  private int intactLength(int at) throws IOException {
    if (limit - at < Frame.HEADER_BYTES) {
      return 0;
    }
    int length = Frame.length(window.at(at, Frame.HEADER_BYTES));
    boolean intact = length > 0 && length <= limit - at && Frame.isIntact(window.at(at, length));
    return intact ? length : 0;
  }

  private int nextIntact(int after) throws IOException {
    for (int at = after; at <= limit - Frame.HEADER_BYTES; at++) {
      if (Frame.canBeginWith(window.at(at)) && intactLength(at) > 0) {
        return at;
      }
    }
    return limit;
  }

  /**
   * Whether the bytes from here to the end are what a crash leaves of a write: the beginning of a
   * frame that was not written to its end, or (after a power cut) a length without its data.
   */
  private boolean looksTorn(int from) throws IOException {
    int left = limit - from;
    boolean cutOff =
        left < Frame.HEADER_BYTES
            ? Frame.canBeginWith(window.at(from))
            : Frame.length(window.at(from, Frame.HEADER_BYTES)) > left;
    return cutOff || isZero(from);
  }

  private boolean isZero(int from) throws IOException {
    for (int at = from; at < limit; at++) {
      if (window.at(at) != 0) {
        return false;
      }
    }
    return true;
  }
}
