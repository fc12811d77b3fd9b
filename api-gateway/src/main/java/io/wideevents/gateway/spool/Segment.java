package io.wideevents.gateway.spool;

import io.wideevents.gateway.spool.SegmentHeader.Note;
import java.nio.file.Path;
import java.time.Instant;

/** One file of a {@link SegmentLog} and what is known of it. Guarded by the log's lock. */
final class Segment {
  private final long sequence;
  private final Path file;
  private final ResolvedRanges resolved;
  private long fileBytes;
  private int length;
  private int events;
  private boolean sealed;
  private boolean damaged;
  private boolean failed;
  private Instant oldest;

  /**
   * @param length end of the last frame that counts
   * @param events frames up to there
   */
  Segment(long sequence, Path file, Instant createdAt, int length, int events, Note note) {
    this.sequence = sequence;
    this.file = file;
    this.oldest = createdAt;
    this.length = length;
    this.fileBytes = length;
    this.events = events;
    this.resolved = new ResolvedRanges(note.drainedTo(), note.drainedEvents());
  }

  static Segment empty(long sequence, Path file, Instant createdAt) {
    return new Segment(sequence, file, createdAt, SegmentHeader.BYTES, 0, Note.NONE);
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

  int length() {
    return length;
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

  Note note() {
    if (damaged) {
      // The next start is to scan it again, so that the damage is not forgotten before it is over.
      return Note.NONE;
    }
    // If a failed write left more in the file than counts, its size will not be this length, and
    // the next start scans it.
    return new Note(
        sealed ? length : 0, sealed ? events : 0, resolved.front(), resolved.frontEvents());
  }
}
