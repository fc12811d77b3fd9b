package io.wideevents.gateway.spool;

import io.wideevents.gateway.spool.FrameScanner.Found;
import io.wideevents.gateway.spool.SegmentHeader.Note;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the segments of an earlier run. A segment whose header says that it is complete is
 * believed, so that a start costs a page per segment and not the backlog; only what was being
 * written when the process ended is scanned. What is not a segment goes into quarantine.
 */
final class SegmentRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentRecovery.class);
  private static final Pattern NAME = Pattern.compile("(\\d{18})\\.segment");

  private final SpoolFiles files;
  private final Quarantine quarantine;
  private final DamageCounter damage;
  private long highestSequence;

  SegmentRecovery(SpoolFiles files, Quarantine quarantine, DamageCounter damage) {
    this.files = files;
    this.quarantine = quarantine;
    this.damage = damage;
  }

  static Path file(Path directory, long sequence) {
    return directory.resolve("%018d.segment".formatted(sequence));
  }

  /** The segments of a directory, oldest first. */
  List<Segment> recover(Path directory) throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (Path file : files.list(directory)) {
      recoverIfPossible(file).ifPresent(segments::add);
    }
    return segments;
  }

  /** The highest number any file of the directory has; 0 if there is none. */
  long highestSequence() {
    return highestSequence;
  }

  private Optional<Segment> recoverIfPossible(Path file) {
    try {
      Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
      if (!name.matches()) {
        quarantine.take(file, "not named like a segment");
        return Optional.empty();
      }
      long sequence = Long.parseLong(name.group(1));
      highestSequence = Math.max(highestSequence, sequence);
      return recover(file, sequence);
    } catch (IOException e) {
      // It may be readable again tomorrow: left where it is, for the next start.
      damage.unreadable(file, e);
      return Optional.empty();
    }
  }

  private Optional<Segment> recover(Path file, long sequence) throws IOException {
    long size = files.size(file);
    if (size < SegmentHeader.BYTES || size > Integer.MAX_VALUE) {
      quarantine.take(file, "a segment cannot have %d bytes".formatted(size));
      return Optional.empty();
    }
    ByteBuffer header = SegmentHeader.read(files, file);
    Optional<Instant> createdAt = SegmentHeader.createdAt(header);
    if (createdAt.isEmpty()) {
      return salvage(file, sequence, (int) size);
    }
    Note note = SegmentHeader.note(header, size);
    return Optional.of(
        note.sealedLength() > 0
            ? new Segment(sequence, file, createdAt.get(), (int) size, note.sealedEvents(), note)
            : scan(file, sequence, createdAt.get(), (int) size, note));
  }

  /** A file with a damaged header may hold intact events all the same; a foreign one holds none. */
  private Optional<Segment> salvage(Path file, long sequence, int size) throws IOException {
    FrameScanner scanner = new FrameScanner(files, file, SegmentHeader.BYTES, size);
    for (Found found = scanner.next(); !(found instanceof Found.End); found = scanner.next()) {
      if (found instanceof Found.Intact first) {
        Segment segment = scan(file, sequence, first.event().spooledAt(), size, Note.NONE);
        damage.range(file, 0, SegmentHeader.BYTES);
        segment.markDamaged();
        return Optional.of(segment);
      }
    }
    quarantine.take(file, "not a segment of this spool");
    return Optional.empty();
  }

  private Segment scan(Path file, long sequence, Instant createdAt, int size, Note note)
      throws IOException {
    List<Found.Damaged> damaged = new ArrayList<>();
    FrameScanner scanner = new FrameScanner(files, file, note.drainedTo(), size);
    int length = size;
    int events = note.drainedEvents();
    boolean more = true;
    while (more) {
      switch (scanner.next()) {
        case Found.Intact intact -> events++;
        case Found.Damaged range -> damaged.add(range);
        case Found.TornTail tail -> {
          length = tail.from();
          damage.tornTail();
          LOG.atInfo()
              .addKeyValue("file", file)
              .addKeyValue("bytes", tail.to() - tail.from())
              .log("Left out the torn end of a spool file; it had not been acknowledged");
        }
        case Found.End end -> more = false;
      }
    }
    Segment segment = new Segment(sequence, file, createdAt, length, events, note);
    segment.wrote(size - length);
    for (Found.Damaged range : damaged) {
      damage.range(file, range.from(), range.to());
      segment.damage(range.from(), range.to());
    }
    return segment;
  }
}
