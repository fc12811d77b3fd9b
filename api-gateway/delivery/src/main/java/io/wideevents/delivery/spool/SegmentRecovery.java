package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.FrameReader.Found;
import io.wideevents.delivery.spool.Segment.Kind;
import io.wideevents.delivery.spool.Segment.Place;
import io.wideevents.delivery.spool.SegmentHeader.Content;
import io.wideevents.delivery.spool.SegmentHeader.Synced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the segments of an earlier run. A segment whose header says that the whole file was synced
 * is not scanned, so a start reads one header per segment and not the whole backlog. Acknowledged
 * bytes that cannot be read are damage; other unreadable bytes are the torn end of a write. A file
 * that is no segment goes into quarantine.
 */
final class SegmentRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

  private final Path directory;
  private final Kind kind;
  private final SpoolFiles files;
  private final SpoolDamage damage;
  private final List<Segment> found = new ArrayList<>();
  private long highestSequence;

  /**
   * A segment file before its frames are read.
   *
   * @param content empty if the header is damaged
   */
  private record Header(Place place, int size, Optional<Content> content) {}

  SegmentRecovery(Path directory, Kind kind, SpoolFiles files, SpoolDamage damage) {
    this.directory = directory;
    this.kind = kind;
    this.files = files;
    this.damage = damage;
  }

  /** The segments of the directory. */
  List<Segment> recover() throws IOException {
    List<Header> headers = new ArrayList<>();
    for (Path file : files.list(directory)) {
      withFile(file, () -> readHeader(file).ifPresent(headers::add));
    }
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      int least = i + 1 < headers.size() ? leastLength(header, headers.get(i + 1)) : 0;
      withFile(header.place.file(), () -> recover(header, least).ifPresent(found::add));
    }
    return found;
  }

  /** The highest number of any file in the directory; 0 if there is none. */
  long highestSequence() {
    return highestSequence;
  }

  @FunctionalInterface
  private interface Step {
    void run() throws IOException;
  }

  /** Runs a step with a file and records a disk failure. */
  private void withFile(Path file, Step step) {
    try {
      step.run();
    } catch (IOException e) {
      // The file may be readable again later, so it is not moved and the next start tries it again.
      damage.unreadable(file, e);
    }
  }

  private Optional<Header> readHeader(Path file) throws IOException {
    if (SegmentAppender.isUnfinished(file)) {
      // The process ended before the first group was acknowledged.
      files.delete(file);
      return Optional.empty();
    }
    OptionalLong sequence = Segment.sequence(file);
    if (sequence.isEmpty()) {
      damage.quarantine(file, "not named like a segment");
      return Optional.empty();
    }
    highestSequence = Math.max(highestSequence, sequence.getAsLong());
    long size = files.size(file);
    ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, SegmentHeader.BYTES));
    files.read(file, 0, bytes);
    bytes.flip();
    if (size > Integer.MAX_VALUE) {
      damage.quarantine(file, "a segment cannot have %d bytes".formatted(size));
      return Optional.empty();
    }
    Optional<Content> content =
        size >= SegmentHeader.BYTES ? SegmentHeader.decode(bytes) : Optional.empty();
    if (content.isEmpty() && SegmentHeader.isOfAnotherVersion(bytes)) {
      damage.otherVersion(file);
      return Optional.empty();
    }
    Place place = new Place(file, sequence.getAsLong(), kind);
    return Optional.of(new Header(place, (int) size, content));
  }

  /** The length of this segment that the next segment recorded; 0 if none did. */
  private static int leastLength(Header header, Header next) {
    return next.content()
        .map(Content::identity)
        .filter(identity -> identity.previous() == header.place.sequence())
        .map(SegmentHeader.Identity::previousLength)
        .orElse(0);
  }

  private Optional<Segment> recover(Header header, int leastLength) throws IOException {
    Optional<Content> content = header.content();
    if (content.isEmpty()) {
      return salvage(header);
    }
    SegmentHeader.Identity identity = content.get().identity();
    boolean sound = content.get().sound() && identity.sequence() == header.place.sequence();
    Optional<Synced> synced = content.get().synced().filter(unused -> sound);
    if (header.size >= leastLength
        && synced.filter(length -> length.isWhole(header.size)).isPresent()) {
      return Optional.of(
          new Segment(
              header.place, identity.createdAt(), header.size, synced.get().syncedEvents()));
    }
    Scan scan = scan(header);
    if (synced.isPresent() && !scan.contradicts(synced.get())) {
      int written = Math.max(leastLength, synced.get().writtenTo());
      int certain = Math.max(leastLength, synced.get().syncedTo());
      return Optional.of(segment(header, identity.createdAt(), scan, written, certain));
    }
    damage.header(
        header.place.file(), "its header is damaged, of another file, or older than its frames");
    int whole = Math.max(leastLength, header.size);
    Segment segment = segment(header, identity.createdAt(), scan, whole, whole);
    segment.markDamaged();
    return Optional.of(segment);
  }

  /**
   * Recovers the intact events of a file with a damaged header; empty for a file without events.
   */
  private Optional<Segment> salvage(Header header) throws IOException {
    Scan scan = scan(header);
    if (scan.events == 0) {
      damage.quarantine(
          header.place.file(), "not a segment of this spool, or nothing of it can be read");
      return Optional.empty();
    }
    damage.header(header.place.file(), "its header is damaged");
    Segment segment = segment(header, scan.firstSpooledAt, scan, header.size, header.size);
    segment.markDamaged();
    return Optional.of(segment);
  }

  private static final class Scan {
    int events;
    int endOfFrames = SegmentHeader.BYTES;
    int beginOfLastGroup = SegmentHeader.BYTES;
    Instant firstSpooledAt = Instant.EPOCH;
    final List<Found.Damaged> unreadable = new ArrayList<>();
    final NavigableMap<Integer, Integer> eventsByEnd = new TreeMap<>();

    /**
     * Whether the frames show that the header is outdated: a group begins after everything that the
     * header records as written, or the number of events differs.
     */
    boolean contradicts(Synced synced) {
      if (beginOfLastGroup > synced.writtenTo()) {
        return true;
      }
      Map.Entry<Integer, Integer> last = eventsByEnd.floorEntry(synced.syncedTo());
      int counted = last == null ? 0 : last.getValue();
      return unreadable.isEmpty()
          && synced.syncedTo() <= endOfFrames
          && counted != synced.syncedEvents();
    }
  }

  private Scan scan(Header header) throws IOException {
    sync(header.place.file());
    Scan scan = new Scan();
    FrameReader frames =
        new FrameReader(files, header.place.file(), SegmentHeader.BYTES, header.size);
    for (Found next = frames.next(); !(next instanceof Found.End); next = frames.next()) {
      switch (next) {
        case Found.Intact intact -> {
          if (scan.events == 0) {
            scan.firstSpooledAt = intact.event().spooledAt();
          }
          scan.events++;
          scan.endOfFrames = intact.to();
          scan.eventsByEnd.put(intact.to(), scan.events);
          if (intact.beginsGroup()) {
            scan.beginOfLastGroup = intact.from();
          }
        }
        case Found.Damaged range -> scan.unreadable.add(range);
        case Found.End end -> {}
      }
    }
    return scan;
  }

  /**
   * Syncs what a killed process wrote and did not sync. Otherwise a power failure could leave the
   * header without the frames that it counts, which would be reported as damage.
   */
  private void sync(Path file) {
    try {
      files.sync(file);
    } catch (IOException e) {
      LOG.atDebug()
          .addKeyValue("file", file)
          .setCause(e)
          .log("Could not sync a spool file; a power cut may cause a report of damage");
    }
  }

  /**
   * A scanned segment; reports its damage.
   *
   * @param written bytes before this offset may have been acknowledged; later bytes were not
   * @param certain bytes before this offset were acknowledged
   */
  private Segment segment(Header header, Instant createdAt, Scan scan, int written, int certain) {
    Path file = header.place.file();
    int known = Math.max(written, scan.beginOfLastGroup);
    Optional<Found.Damaged> tail =
        scan.unreadable.stream().filter(range -> range.to() == header.size).findFirst();
    boolean torn = tail.filter(range -> range.from() >= known).isPresent();
    int length = torn ? scan.endOfFrames : header.size;
    Segment segment = new Segment(header.place, createdAt, length, scan.events);
    segment.scanned(header.size, Math.min(length, Math.max(certain, scan.beginOfLastGroup)));
    for (Found.Damaged range : scan.unreadable) {
      segment.reported(range.from(), range.to());
      if (range.from() >= known) {
        damage.tornTail(file, range.to() - range.from());
      } else {
        damage.range(file, range.from(), range.to());
        segment.markDamaged();
      }
    }
    if (header.size < known) {
      segment.markDamaged();
      if (tail.isEmpty()) {
        damage.range(file, header.size, known);
      }
    }
    return segment;
  }
}
