package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** One file of a {@link SegmentLog} and its state. Guarded by the log's lock. */
final class Segment {
  private final long sequence;
  private final Path file;
  private final Form form;
  private final ResolvedRanges resolved;
  private long fileBytes;
  private int length;
  private int notAcknowledgedFrom = Integer.MAX_VALUE;
  private int events;
  private long absentTo;
  private boolean sealed;
  private boolean damaged;
  private boolean failed;
  private Instant oldest;

  sealed interface Form {
    record Current(SegmentHeader.Identity identity) implements Form {}

    record Legacy() implements Form {}

    /**
     * The header is damaged. The file is not written to, so that it can be inspected as it was
     * found.
     */
    record Unknown() implements Form {}

    /** Offset of the first frame, or of the first byte that may belong to one. */
    default int start() {
      return this instanceof Current ? SegmentHeader.BYTES : LegacyHeader.BYTES;
    }
  }

  /**
   * @param length end of the last counted frame
   * @param events frames up to there
   */
  Segment(
      long sequence,
      Path file,
      Form form,
      Instant createdAt,
      int length,
      int events,
      DrainNote note) {
    this.sequence = sequence;
    this.file = file;
    this.form = form;
    this.oldest = createdAt;
    this.length = length;
    this.fileBytes = length;
    this.events = events;
    this.absentTo = note.absentTo();
    this.resolved = new ResolvedRanges(note.drainedTo(), note.drainedEvents());
  }

  static Segment empty(SegmentHeader.Identity identity, Path file) {
    return new Segment(
        identity.sequence(),
        file,
        new Form.Current(identity),
        identity.createdAt(),
        SegmentHeader.BYTES,
        0,
        DrainNote.none(SegmentHeader.BYTES));
  }

  long sequence() {
    return sequence;
  }

  Path file() {
    return file;
  }

  /** Disk space of the file, including the remains of a failed write. */
  long fileBytes() {
    return fileBytes;
  }

  int start() {
    return form.start();
  }

  int length() {
    return length;
  }

  /**
   * Length that was certainly acknowledged. Intact events that were not acknowledged may follow.
   */
  int acknowledgedLength() {
    return Math.min(length, notAcknowledgedFrom);
  }

  int remainingEvents() {
    return events - resolved.events();
  }

  /** When the oldest remaining event was spooled; at most slightly too early. */
  Instant oldest() {
    return oldest;
  }

  /** Keeps the file for inspection after it is drained. */
  void markDamaged() {
    damaged = true;
  }

  boolean isDamaged() {
    return damaged;
  }

  /** Whether the segment never held an event. */
  boolean isEmpty() {
    return events == 0 && length == start();
  }

  /** Whether no part of the segment needs delivery any more. */
  boolean isFinished() {
    return resolved.front() >= length;
  }

  int firstUnresolved(int offset) {
    return resolved.firstUnresolved(offset);
  }

  /** Counts bytes written after {@link #length}; they become readable with {@link #synced}. */
  void wrote(int bytes) {
    fileBytes += bytes;
  }

  /** Makes the written bytes readable. */
  void synced(int newEvents) {
    length = (int) fileBytes;
    events += newEvents;
  }

  void seal() {
    sealed = true;
  }

  void resolve(SpooledEvent event) {
    int before = resolved.front();
    resolved.add(event.position().offset(), event.next().offset(), 1);
    if (resolved.front() > before) {
      oldest = event.spooledAt();
    }
  }

  /**
   * Records that intact events from an offset on may never have been synced. They are delivered
   * like other events.
   */
  void mayNotBeAcknowledgedFrom(int offset) {
    notAcknowledgedFrom = Math.min(notAcknowledgedFrom, offset);
  }

  /** Skips a range that a crash left of a write and that holds nothing acknowledged. */
  void skip(int from, int to) {
    mayNotBeAcknowledgedFrom(from);
    resolved.add(from, to, 0);
  }

  /** Records a range that is permanently unreadable; returns whether it was not recorded before. */
  boolean damage(int from, int to) {
    markDamaged();
    boolean news = resolved.firstUnresolved(from) == from;
    resolved.add(from, to, 0);
    return news;
  }

  /** Records that the disk failed to read this file; returns whether it had not failed before. */
  boolean failed() {
    boolean news = !failed;
    failed = true;
    return news;
  }

  /**
   * Records that the segments after this one, up to a number, are absent for a known reason. A
   * start then does not report them as lost.
   *
   * @return whether the file can store the record
   */
  boolean accountFor(long absent) {
    absentTo = Math.max(absentTo, absent);
    return form instanceof Form.Current;
  }

  long absentTo() {
    return absentTo;
  }

  /** Writes the drain note; not synced. */
  void writeNote(SpoolFiles files) throws IOException {
    switch (form) {
      case Form.Current current -> SegmentHeader.writeNote(files, file, current.identity(), note());
      case Form.Legacy legacy -> LegacyHeader.writeNote(files, file, note());
      case Form.Unknown unknown -> {}
    }
  }

  private DrainNote note() {
    if (damaged) {
      // The next start must scan the segment again, so that the damage is reported until the
      // segment is drained.
      return new DrainNote(0, 0, start(), 0, absentTo);
    }
    // If a failed write left more in the file than counts, the file size differs from this length,
    // and the next start scans the file.
    return new DrainNote(
        sealed ? length : 0,
        sealed ? events : 0,
        resolved.front(),
        resolved.frontEvents(),
        absentTo);
  }
}
