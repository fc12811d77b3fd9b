package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.FrameScanner.Found;
import io.wideevents.delivery.spool.Segment.Form;
import io.wideevents.delivery.spool.SegmentHeader.Content;
import io.wideevents.delivery.spool.SegmentHeader.Synced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the segments of an earlier run. A segment whose header marks it as complete is not scanned,
 * so a start reads one header per segment and not the whole backlog. Only the segment that was
 * being written when the process ended is scanned. Acknowledged bytes that cannot be read are
 * damage; other unreadable bytes are the torn end of a write. A file that is no segment goes into
 * quarantine.
 */
final class SegmentRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);

  private final Path directory;
  private final SpoolFiles files;
  private final Quarantine quarantine;
  private final DamageCounter damage;

  /** Segments by number; null for a file that cannot be used now. */
  private final NavigableMap<Long, @Nullable Segment> found = new TreeMap<>();

  private final Set<Path> renamed = new HashSet<>();

  /** A segment file before its frames are read. */
  private record Header(long sequence, Path file, int size, ByteBuffer bytes) {
    Optional<Content> current() {
      return size >= SegmentHeader.BYTES ? SegmentHeader.decode(bytes) : Optional.empty();
    }

    Optional<Instant> legacy() {
      return size >= LegacyHeader.BYTES ? LegacyHeader.createdAt(bytes) : Optional.empty();
    }
  }

  SegmentRecovery(Path directory, SpoolFiles files, Quarantine quarantine, DamageCounter damage) {
    this.directory = directory;
    this.files = files;
    this.quarantine = quarantine;
    this.damage = damage;
  }

  /** The segments of the directory, oldest first. */
  List<Segment> recover() throws IOException {
    for (Path file : files.list(directory)) {
      if (SegmentNames.sequence(file).isEmpty()) {
        unless(file, this::rename);
      }
    }
    List<Header> headers = new ArrayList<>();
    for (Path file : files.list(directory)) {
      unless(file, segment -> readHeader(segment).ifPresent(headers::add));
    }
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      int least = i + 1 < headers.size() ? leastLength(header, headers.get(i + 1)) : 0;
      unless(
          header.file, file -> recover(header, least).ifPresent(s -> found.put(s.sequence(), s)));
    }
    lookForMissing();
    return usable();
  }

  private List<Segment> usable() {
    List<Segment> segments = new ArrayList<>();
    for (@Nullable Segment segment : found.values()) {
      if (segment != null) {
        segments.add(segment);
      }
    }
    return segments;
  }

  /** The highest number of any file in the directory; 0 if there is none. */
  long highestSequence() {
    return found.isEmpty() ? 0 : found.lastKey();
  }

  @FunctionalInterface
  private interface Step {
    void on(Path file) throws IOException;
  }

  /** Runs a step with a file and records a disk failure. */
  private void unless(Path file, Step step) {
    try {
      step.on(file);
    } catch (IOException e) {
      // The file may be readable again later, so it is not moved and the next start tries it again.
      damage.unreadable(file, e);
    }
  }

  /** Renames a segment that has a foreign name; moves a file that is no segment into quarantine. */
  private void rename(Path file) throws IOException {
    long size = files.size(file);
    if (SegmentNames.isUnfinished(file)) {
      // The process crashed before the first group was acknowledged.
      files.delete(file);
      return;
    }
    Optional<Header> header =
        size <= Integer.MAX_VALUE ? header(0, file, (int) size) : Optional.empty();
    boolean isSegment =
        header.isPresent()
            && (header.get().current().isPresent() || header.get().legacy().isPresent());
    if (!isSegment) {
      quarantine.take(file, "not named like a segment");
      return;
    }
    Path name = freeName(header.get());
    damage.found(file, "a segment under a foreign name, now " + name.getFileName());
    files.rename(file, name);
    renamed.add(name);
  }

  /** The segment's own number if no file has it, else a number after all others. */
  private Path freeName(Header header) throws IOException {
    List<Path> taken = files.list(directory);
    Optional<Path> own =
        header
            .current()
            .map(content -> SegmentNames.segment(directory, content.identity().sequence()))
            .filter(name -> !taken.contains(name) && SegmentNames.sequence(name).isPresent());
    long last =
        taken.stream()
            .map(SegmentNames::sequence)
            .flatMapToLong(OptionalLong::stream)
            .max()
            .orElse(0);
    return own.orElseGet(() -> SegmentNames.segment(directory, last + 1));
  }

  private Optional<Header> readHeader(Path file) throws IOException {
    OptionalLong sequence = SegmentNames.sequence(file);
    if (sequence.isEmpty()) {
      return Optional.empty();
    }
    found.put(sequence.getAsLong(), null);
    long size = files.size(file);
    if (size < LegacyHeader.BYTES || size > Integer.MAX_VALUE) {
      quarantine.take(file, "a segment cannot have %d bytes".formatted(size));
      return Optional.empty();
    }
    return header(sequence.getAsLong(), file, (int) size);
  }

  private Optional<Header> header(long sequence, Path file, int size) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(Math.min(size, SegmentHeader.BYTES));
    files.read(file, 0, bytes);
    return Optional.of(new Header(sequence, file, size, bytes.flip()));
  }

  /** The length of this segment that the next segment records. */
  private static int leastLength(Header header, Header next) {
    return next.current()
        .map(Content::identity)
        .filter(identity -> identity.previous() == header.sequence)
        .map(SegmentHeader.Identity::previousLength)
        .orElse(0);
  }

  private Optional<Segment> recover(Header header, int leastLength) throws IOException {
    Optional<Content> current = header.current();
    if (current.isPresent()) {
      return Optional.of(recover(header, current.get(), leastLength));
    }
    Optional<Instant> legacy = header.legacy();
    return legacy.isPresent() ? Optional.of(recoverLegacy(header, legacy.get())) : salvage(header);
  }

  private Segment recover(Header header, Content content, int leastLength) throws IOException {
    boolean sound = content.sound() && content.identity().sequence() == header.sequence;
    Optional<Synced> synced = content.synced().filter(unused -> sound);
    DrainNote note =
        believable(
            header,
            SegmentHeader.BYTES,
            synced.map(Synced::syncedTo).orElse(header.size),
            content.note().filter(unused -> sound));
    Form form = sound ? new Form.Current(content.identity()) : new Form.Unknown();
    boolean complete =
        note.sealedLength() == header.size
            && header.size >= leastLength
            && synced.filter(s -> s.syncedTo() == header.size).isPresent();
    if (complete && !renamed.contains(header.file)) {
      return new Segment(
          header.sequence,
          header.file,
          form,
          content.identity().createdAt(),
          header.size,
          note.sealedEvents(),
          note);
    }
    Scan scan = scan(header, note.drainedTo(), SegmentHeader.BYTES);
    boolean believed = sound && !scan.contradicts(synced, note);
    int acknowledged =
        believed
            ? Math.max(leastLength, synced.map(Synced::writtenTo).orElse(0))
            : Math.max(leastLength, header.size);
    Segment segment =
        segment(header, form, content.identity().createdAt(), note, scan, acknowledged);
    if (believed) {
      int syncedTo = synced.map(Synced::syncedTo).orElse(0);
      int certain = Math.max(leastLength, Math.max(syncedTo, scan.beginOfLastGroup));
      segment.mayNotBeAcknowledgedFrom(certain);
    } else {
      damage.found(header.file, "its header is damaged, of another file, or older than its frames");
    }
    if (!believed || renamed.contains(header.file)) {
      segment.markDamaged();
    }
    return segment;
  }

  /**
   * Recovers a segment of an earlier version, which does not record how far it was acknowledged.
   */
  private Segment recoverLegacy(Header header, Instant createdAt) throws IOException {
    DrainNote note =
        believable(header, LegacyHeader.BYTES, header.size, LegacyHeader.note(header.bytes));
    Form form = new Form.Legacy();
    if (note.sealedLength() == header.size) {
      return new Segment(
          header.sequence, header.file, form, createdAt, header.size, note.sealedEvents(), note);
    }
    Scan scan = scan(header, note.drainedTo(), LegacyHeader.BYTES);
    return segment(header, form, createdAt, note, scan, header.size);
  }

  /** A file with a damaged header may hold intact events; a foreign file holds none. */
  private Optional<Segment> salvage(Header header) throws IOException {
    Scan scan = scan(header, LegacyHeader.BYTES, LegacyHeader.BYTES);
    if (scan.events == 0) {
      quarantine.take(header.file, "not a segment of this spool, or nothing of it can be read");
      return Optional.empty();
    }
    Segment segment =
        segment(
            header,
            new Form.Unknown(),
            scan.firstSpooledAt,
            DrainNote.none(LegacyHeader.BYTES),
            scan,
            header.size);
    damage.found(header.file, "its header is damaged");
    segment.markDamaged();
    return Optional.of(segment);
  }

  /** The note, if it fits the file and a frame begins at the offset where it ends. */
  private DrainNote believable(Header header, int start, int syncedTo, Optional<DrainNote> stated)
      throws IOException {
    if (stated.isEmpty() || !stated.get().fits(start, header.size)) {
      return DrainNote.none(start);
    }
    DrainNote note = stated.get();
    return note.drainedTo() >= syncedTo || frameMayBeginAt(header, note.drainedTo())
        ? note
        : new DrainNote(0, 0, start, 0, note.absentTo());
  }

  private boolean frameMayBeginAt(Header header, int offset) throws IOException {
    if (offset > header.size - Frame.HEADER_BYTES) {
      return false;
    }
    ByteBuffer frame = ByteBuffer.allocate(Frame.HEADER_BYTES);
    files.read(header.file, offset, frame);
    return Frame.length(frame.flip()) > 0;
  }

  private static final class Scan {
    int events;
    int endOfFrames;
    int beginOfLastGroup;
    Instant firstSpooledAt = Instant.EPOCH;
    final List<Found.Damaged> unreadable = new ArrayList<>();
    final NavigableMap<Integer, Integer> eventsByEnd = new TreeMap<>();

    /**
     * Whether the frames show that the header is outdated: a group begins after everything that the
     * header records as written, or the number of events differs.
     */
    boolean contradicts(Optional<Synced> synced, DrainNote note) {
      if (synced.isEmpty() || beginOfLastGroup > synced.get().writtenTo()) {
        return true;
      }
      int syncedTo = synced.get().syncedTo();
      Map.Entry<Integer, Integer> last = eventsByEnd.floorEntry(syncedTo);
      int counted = note.drainedEvents() + (last == null ? 0 : last.getValue());
      return unreadable.isEmpty()
          && syncedTo >= note.drainedTo()
          && syncedTo <= endOfFrames
          && counted != synced.get().syncedEvents();
    }
  }

  private Scan scan(Header header, int from, int start) throws IOException {
    sync(header.file);
    Scan scan = new Scan();
    scan.endOfFrames = from;
    scan.beginOfLastGroup = start;
    FrameScanner scanner = new FrameScanner(files, header.file, from, header.size);
    for (Found next = scanner.next(); !(next instanceof Found.End); next = scanner.next()) {
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
   * @param acknowledged bytes before this offset may have been acknowledged; later bytes were not
   */
  private Segment segment(
      Header header, Form form, Instant createdAt, DrainNote note, Scan scan, int acknowledged) {
    int known = Math.max(acknowledged, scan.beginOfLastGroup);
    boolean endIsTorn =
        !scan.unreadable.isEmpty()
            && scan.unreadable.getLast().to() == header.size
            && scan.unreadable.getLast().from() >= known;
    int length = endIsTorn ? scan.endOfFrames : header.size;
    Segment segment =
        new Segment(
            header.sequence,
            header.file,
            form,
            createdAt,
            length,
            note.drainedEvents() + scan.events,
            note);
    segment.wrote(header.size - length);
    for (Found.Damaged range : scan.unreadable) {
      if (range.from() >= known) {
        torn(header.file, range);
        if (range.from() < length) {
          segment.skip(range.from(), range.to());
        }
      } else {
        damage.range(header.file, range.from(), range.to());
        segment.damage(range.from(), range.to());
      }
    }
    boolean endIsReported =
        !scan.unreadable.isEmpty() && scan.unreadable.getLast().to() == header.size && !endIsTorn;
    if (header.size < known && !endIsReported) {
      damage.range(header.file, header.size, known);
    }
    if (header.size < known) {
      segment.markDamaged();
    }
    return segment;
  }

  private void torn(Path file, Found.Damaged range) {
    damage.tornTail();
    LOG.atInfo()
        .addKeyValue("file", file)
        .addKeyValue("bytes", range.to() - range.from())
        .log("Left out the torn end of a spool file; it had not been acknowledged");
  }

  /**
   * Reports missing segments. A segment that is drained before an older one leaves a gap, which the
   * older segment records. A gap without a record is a lost file.
   */
  private void lookForMissing() {
    List<Segment> segments = usable();
    for (int i = 0; i + 1 < segments.size(); i++) {
      Segment segment = segments.get(i);
      long first = Math.max(segment.absentTo(), segment.sequence()) + 1;
      long next = segments.get(i + 1).sequence();
      if (first < next && segment.accountFor(next - 1)) {
        // A file that exists and cannot be used was reported separately.
        for (long there : found.subMap(first, next).keySet()) {
          reportMissing(first, there - 1);
          first = there + 1;
        }
        reportMissing(first, next - 1);
        writeNote(segment);
      }
    }
  }

  private void reportMissing(long from, long to) {
    if (from <= to) {
      damage.missing(directory, from, to);
      quarantine.noteMissing(from, to);
    }
  }

  private void writeNote(Segment segment) {
    try {
      segment.writeNote(files);
    } catch (IOException e) {
      LOG.atDebug()
          .addKeyValue("file", segment.file())
          .setCause(e)
          .log("Could not account for a missing spool file; it will be reported again");
    }
  }
}
