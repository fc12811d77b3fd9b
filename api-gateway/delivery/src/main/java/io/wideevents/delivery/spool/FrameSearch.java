package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Finds the first intact frame after damage in one pass over the bytes, even if many offsets look
 * like the beginning of a frame. The checksum of a candidate is computed from two values of one
 * running checksum, at the candidate's beginning and at its end. Not safe for concurrent use.
 */
final class FrameSearch {
  /**
   * Bounds the memory for candidates whose end is not reached yet. Only a checksum or an id can
   * contain a marker by chance, with a probability of one in four billion.
   */
  private static final int MOST_OPEN = 1 << 16;

  record Place(int from, int to) {}

  private record Candidate(int from, int to, int statedChecksum, int checksumBefore) {
    boolean isIntact(int checksumTo) {
      long checked = to - (long) (from + Frame.CHECKED_FROM);
      return (checksumTo ^ Crc32cCombination.append(checksumBefore, checked)) == statedChecksum;
    }
  }

  private final FileWindow window;
  private final int limit;
  private final CRC32C running = new CRC32C();
  private final ArrayDeque<Candidate> begun = new ArrayDeque<>();
  private final TreeSet<Candidate> open =
      new TreeSet<>(Comparator.comparingInt(Candidate::to).thenComparingInt(Candidate::from));

  FrameSearch(FileWindow window, int limit) {
    this.window = window;
    this.limit = limit;
  }

  /** The intact frame that ends first, of the frames that begin at {@code from} or later. */
  Optional<Place> next(int from) throws IOException {
    running.reset();
    begun.clear();
    open.clear();
    int at = from;
    while (at < limit) {
      ByteBuffer bytes = window.from(at, Math.min(Frame.HEADER_BYTES, limit - at));
      int end = at + bytes.remaining();
      if (end < limit) {
        // The header of a frame that begins after this offset is in the next part.
        end -= Frame.HEADER_BYTES - 1;
      }
      Optional<Place> found = search(bytes, at, end);
      if (found.isPresent()) {
        return found;
      }
      at = end;
    }
    return closed(limit);
  }

  /** Searches the offsets from {@code start}, inclusive, to {@code end}, exclusive. */
  private Optional<Place> search(ByteBuffer bytes, int start, int end) {
    int checkedTo = start;
    for (int at = start; at < end; at++) {
      boolean canBegin = Frame.canBeginWith(bytes.get(at - start));
      if (canBegin || isDue(at)) {
        running.update(bytes.slice(checkedTo - start, at - checkedTo));
        checkedTo = at;
        Optional<Place> closed = closed(at);
        if (closed.isPresent()) {
          return closed;
        }
        if (canBegin) {
          begin(bytes, at - start, at);
        }
      }
    }
    running.update(bytes.slice(checkedTo - start, end - checkedTo));
    return Optional.empty();
  }

  /** Whether the checked part of a candidate begins or ends here. */
  private boolean isDue(int at) {
    return (!begun.isEmpty() && begun.peek().from + Frame.CHECKED_FROM <= at)
        || (!open.isEmpty() && open.first().to <= at);
  }

  private void begin(ByteBuffer bytes, int index, int at) {
    if (limit - at < Frame.HEADER_BYTES) {
      return;
    }
    ByteBuffer header = bytes.slice(index, Frame.HEADER_BYTES);
    int length = Frame.length(header);
    if (length > 0 && length <= limit - at) {
      begun.add(new Candidate(at, at + length, Frame.statedChecksum(header), 0));
    }
  }

  /**
   * The intact frame that ends here. The running checksum must include all bytes before this
   * offset.
   */
  private Optional<Place> closed(int at) {
    int checksum = (int) running.getValue();
    while (!begun.isEmpty() && begun.peek().from + Frame.CHECKED_FROM <= at) {
      Candidate candidate = begun.remove();
      open.add(new Candidate(candidate.from, candidate.to, candidate.statedChecksum, checksum));
      if (open.size() > MOST_OPEN) {
        open.pollLast();
      }
    }
    while (!open.isEmpty() && open.first().to <= at) {
      Candidate candidate = open.removeFirst();
      if (candidate.isIntact(checksum)) {
        return Optional.of(new Place(candidate.from, candidate.to));
      }
    }
    return Optional.empty();
  }
}
