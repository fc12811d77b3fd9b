package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.FrameSearch.Place;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads the frames of a segment file from an offset on and skips unreadable bytes between them.
 * Time and disk reads are proportional to the bytes read. Not safe for concurrent use.
 */
final class FrameScanner {
  /** Bytes that may be read without a result, in addition to the allowance for scanned bytes. */
  private static final long FREE_BYTES = 1 << 20;

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

  private final FileWindow window;
  private final FrameSearch search;
  private final int limit;
  private int offset;
  private long spareBytes = FREE_BYTES;

  FrameScanner(SpoolFiles files, Path file, int from, int limit) {
    this.window = new FileWindow(files, file, limit);
    this.search = new FrameSearch(window, limit);
    this.offset = from;
    this.limit = limit;
  }

  int offset() {
    return offset;
  }

  void skipTo(int laterOffset) {
    offset = laterOffset;
  }

  Found next() throws IOException {
    if (offset >= limit) {
      return new Found.End();
    }
    int from = offset;
    Optional<Place> place = frameAt(from);
    if (place.isEmpty()) {
      place = search.next(from);
    }
    int begin = place.map(Place::from).orElse(limit);
    if (begin > from) {
      offset = begin;
      return new Found.Damaged(from, begin);
    }
    offset = place.map(Place::to).orElse(limit);
    spareBytes += offset - from;
    ByteBuffer frame = window.at(from, offset - from);
    boolean beginsGroup = Frame.beginsGroup(frame);
    return Frame.decode(frame)
        .<Found>map(event -> new Found.Intact(from, offset, event, beginsGroup))
        .orElse(new Found.Damaged(from, offset));
  }

  /**
   * The frame at an offset, if it is intact and reading it is cheap. A file with many false long
   * frames is left to the search, which reads each byte once.
   */
  private Optional<Place> frameAt(int at) throws IOException {
    if (limit - at < Frame.HEADER_BYTES) {
      return Optional.empty();
    }
    int length = Frame.length(window.at(at, Frame.HEADER_BYTES));
    if (length == 0 || length > limit - at || length > spareBytes) {
      return Optional.empty();
    }
    if (Frame.isIntact(window.at(at, length))) {
      return Optional.of(new Place(at, at + length));
    }
    spareBytes -= Math.max(length, FileWindow.LEAST_BYTES);
    return Optional.empty();
  }
}
