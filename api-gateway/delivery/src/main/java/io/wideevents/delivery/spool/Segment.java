package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;

/** One file of a {@link SegmentLog} and what is known of it. Guarded by the log's lock. */
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

  /** How the file's header is written. */
  sealed interface Form {
    record Current(SegmentHeader.Identity identity) implements Form {}

    record Legacy() implements Form {}

    /** The header is damaged: not written to, so that it can be looked at as it was found. */
    record Unknown() implements Form {}

    /** Offset of the first frame, or of the first byte that may belong to one. */
    default int start() {
      return this instanceof Current ? SegmentHeader.BYTES : LegacyHeader.BYTES;
    }
  }

  /**
   * @param length end of the last frame that counts
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

  /** Disk space the file holds, what a failed write left behind included. */
  long fileBytes() {
    return fileBytes;
  }

  /** Offset of the first frame. */
  int start() {
    return form.start();
  }

  int length() {
    return length;
  }

  /** Length of what was certainly acknowledged: intact events may follow that were not. */
  int acknowledgedLength() {
    return Math.min(length, notAcknowledgedFrom);
  }

  int remainingEvents() {
    return events - resolved.events();
  }

  /** When the oldest event that remains was spooled; at most a little too early. */
  Instant oldest() {
    return oldest;
  }

  /** The file has to be kept for a person to look at. */
  void markDamaged() {
    damaged = true;
  }

  boolean isDamaged() {
    return damaged;
  }

  /** Whether it never held an event. */
  boolean isEmpty() {
    return events == 0 && length == start();
  }

  /** Whether nothing in it needs delivery any more. */
  boolean isFinished() {
    return resolved.front() >= length;
  }

  int firstUnresolved(int offset) {
    return resolved.firstUnresolved(offset);
  }

  /** Bytes were written behind {@link #length}; they do not count before they are synced. */
  void wrote(int bytes) {
    fileBytes += bytes;
  }

  /** What was written counts from now on. */
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

  /** Intact events from an offset on may never have been synced. They are delivered like others. */
  void mayNotBeAcknowledgedFrom(int offset) {
    notAcknowledgedFrom = Math.min(notAcknowledgedFrom, offset);
  }

  /** A stretch that a crash left of a write and that holds nothing acknowledged. */
  void skip(int from, int to) {
    mayNotBeAcknowledgedFrom(from);
    resolved.add(from, to, 0);
  }

  /** A stretch that cannot be read, now or ever. Returns whether that is news. */
  boolean damage(int from, int to) {
    markDamaged();
    boolean news = resolved.firstUnresolved(from) == from;
    resolved.add(from, to, 0);
    return news;
  }

  /** The disk failed when asked for this file. Returns whether that is news. */
  boolean failed() {
    boolean news = !failed;
    failed = true;
    return news;
  }

  /**
   * Notes that the segments behind this one, up to a number, are absent for a reason: a start then
   * does not take them for lost.
   *
   * @return whether the file can hold that
   */
  boolean accountFor(long absent) {
    absentTo = Math.max(absentTo, absent);
    return form instanceof Form.Current;
  }

  long absentTo() {
    return absentTo;
  }

  /** Writes down how far the segment is drained; not synced. */
  void writeNote(SpoolFiles files) throws IOException {
    switch (form) {
      case Form.Current current -> SegmentHeader.writeNote(files, file, current.identity(), note());
      case Form.Legacy legacy -> LegacyHeader.writeNote(files, file, note());
      case Form.Unknown unknown -> {}
    }
  }

  private DrainNote note() {
    if (damaged) {
      // The next start is to scan it again, so that the damage is not forgotten before it is over.
      return new DrainNote(0, 0, start(), 0, absentTo);
    }
    // If a failed write left more in the file than counts, its size will not be this length, and
    // the next start scans it.
    return new DrainNote(
        sealed ? length : 0,
        sealed ? events : 0,
        resolved.front(),
        resolved.frontEvents(),
        absentTo);
  }
}
