package io.wideevents.delivery.spool;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One segment file, and which of its events are acknowledged. The acknowledgements are in memory
 * only, so the whole segment is replayed after a restart. Safe for concurrent use; does not block
 * for the disk.
 */
final class Segment {
  /** Where a segment is and how it was found. */
  record Place(Path file, long sequence, Kind kind) {}

  enum Kind {
    /** Events that wait for delivery. */
    PENDING,
    /** The log of rejected events of an earlier format, which is only read. */
    REFUSED
  }

  private static final Pattern NAME = Pattern.compile("(\\d{18})\\.segment");

  /**
   * Longer than the message of a dead letter, so that a cut message is marked as cut in the dead
   * letter.
   */
  private static final int MOST_MESSAGE_CHARS = 1_024;

  private record Rejection(String code, String message) {}

  private final Place place;

  /** One bit for each event, by position. The bits need about a thousandth of the file's size. */
  private final BitSet acknowledged = new BitSet();

  /** Events that a tier rejected and that are not acknowledged, by position in the file. */
  private final BitSet rejected = new BitSet();

  /** Why they were rejected. The limit of all segments may leave some without a reason. */
  private final Map<Integer, Rejection> reasons = new HashMap<>();

  private Instant oldest;
  private int length;
  private long fileBytes;
  private int acknowledgedLength;

  /** Number of events: from the header, and after the first pass from the frames. */
  private int events;

  private boolean sealed;
  private boolean countedByPass;
  private int firstEvent;
  private int firstOffset = SegmentHeader.BYTES;

  /** Reported unreadable ranges, from begin to end. */
  private final Map<Integer, Integer> reported = new HashMap<>();

  /** From which positions on {@link #forgetFrom} changed the positions, oldest change first. */
  private final List<Integer> changedFrom = new ArrayList<>();

  private boolean damaged;
  private boolean failed;

  /**
   * @param length end of the bytes that may be read
   * @param events number of frames before {@code length}
   */
  Segment(Place place, Instant createdAt, int length, int events) {
    this.place = place;
    this.oldest = createdAt;
    this.length = length;
    this.fileBytes = length;
    this.acknowledgedLength = length;
    this.events = events;
  }

  static Path file(Path directory, long sequence) {
    return directory.resolve("%018d.segment".formatted(sequence));
  }

  /** The number of a segment; empty if the file name is not that of a segment. */
  static OptionalLong sequence(Path file) {
    Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
    return name.matches() ? OptionalLong.of(Long.parseLong(name.group(1))) : OptionalLong.empty();
  }

  static Segment empty(Path file, SegmentHeader.Identity identity) {
    return new Segment(
        new Place(file, identity.sequence(), Kind.PENDING),
        identity.createdAt(),
        SegmentHeader.BYTES,
        0);
  }

  Path file() {
    return place.file;
  }

  long sequence() {
    return place.sequence;
  }

  Kind kind() {
    return place.kind;
  }

  /** Disk space of the file, including the remains of a failed write. */
  synchronized long fileBytes() {
    return fileBytes;
  }

  synchronized int length() {
    return length;
  }

  /** End of the bytes that count as acknowledged to clients; other bytes may follow. */
  synchronized int acknowledgedLength() {
    return acknowledgedLength;
  }

  /** Counts bytes that were written after {@link #length}. {@link #synced} makes them readable. */
  synchronized void wrote(int bytes) {
    fileBytes += bytes;
  }

  synchronized void synced(int newEvents) {
    length = (int) fileBytes;
    acknowledgedLength = length;
    events += newEvents;
  }

  synchronized void seal() {
    sealed = true;
  }

  /** Whether no group of events was ever synced. */
  synchronized boolean isEmpty() {
    return length == SegmentHeader.BYTES;
  }

  /**
   * Records the result of a scan.
   *
   * @param wholeFile bytes of the file, including those that are not read
   * @param acknowledgedBytes see {@link #acknowledgedLength}
   */
  synchronized void scanned(int wholeFile, int acknowledgedBytes) {
    fileBytes = wholeFile;
    acknowledgedLength = acknowledgedBytes;
  }

  /** Records an unreadable range that needs no report, or has it already. */
  synchronized void reported(int from, int to) {
    reported.put(from, to);
  }

  /** Events that wait for delivery. */
  synchronized int pending() {
    return kind() == Kind.PENDING ? left() - rejected.cardinality() : 0;
  }

  /** Events that wait for the dead-letter topic. */
  synchronized int refused() {
    return kind() == Kind.PENDING ? rejected.cardinality() : left();
  }

  private int left() {
    return Math.max(rejected.cardinality(), events - acknowledged.cardinality());
  }

  /** Number of reasons that are kept in memory. */
  synchronized int reasons() {
    return reasons.size();
  }

  /** When the oldest remaining event was spooled, or slightly earlier. */
  synchronized Instant oldest() {
    return oldest;
  }

  /**
   * Whether there is something to send.
   *
   * @param deadLetters whether rejected events can be sent now
   */
  synchronized boolean isWaiting(boolean deadLetters) {
    return !countedByPass || pending() > 0 || (deadLetters && refused() > 0);
  }

  /** Whether a pass over the whole file has found every event acknowledged. */
  synchronized boolean isFinished() {
    return isAcknowledgedFrom(0);
  }

  /** Whether the event and all later ones are acknowledged. */
  synchronized boolean isAcknowledgedFrom(int event) {
    return countedByPass && acknowledged.nextClearBit(event) >= events;
  }

  synchronized int firstEvent() {
    return firstEvent;
  }

  synchronized int firstOffset() {
    return firstOffset;
  }

  /**
   * Records that a pass has read an event.
   *
   * @return whether the event is not acknowledged yet
   */
  synchronized boolean read(int event, FrameReader.Found.Intact frame) {
    boolean remains = !acknowledged.get(event);
    if (event == firstEvent) {
      if (remains) {
        oldest = frame.event().spooledAt();
      } else {
        firstEvent++;
        firstOffset = frame.to();
      }
    }
    return remains;
  }

  /**
   * Records that a pass has reached its end.
   *
   * @param end the length of the segment when the pass began; the segment may have grown since
   */
  synchronized void passed(int eventsFound, int end) {
    if (sealed && end == length) {
      events = eventsFound;
      countedByPass = true;
    }
  }

  /** How often positions of events changed. */
  synchronized int positionChanges() {
    return changedFrom.size();
  }

  /** Ignores an event whose position belongs to another event now. It is sent again. */
  synchronized void acknowledge(SpooledEvent event) {
    if (hasMoved(event)) {
      return;
    }
    acknowledged.set(event.index());
    rejected.clear(event.index());
    reasons.remove(event.index());
  }

  private boolean hasMoved(SpooledEvent event) {
    return changedFrom.subList(event.positionChanges(), changedFrom.size()).stream()
        .anyMatch(from -> event.index() >= from);
  }

  /**
   * Remembers a rejected event. The log of rejected events has no other events.
   *
   * @return whether the event was not remembered before
   */
  synchronized boolean reject(SpooledEvent event) {
    boolean news = kind() == Kind.PENDING && !rejected.get(event.index());
    if (news) {
      rejected.set(event.index());
    }
    return news;
  }

  synchronized boolean isRejected(SpooledEvent event) {
    return rejected.get(event.index());
  }

  /**
   * Keeps the reason of a rejected event. The log of rejected events has the reasons on disk.
   *
   * @return whether the reason was not kept before
   */
  synchronized boolean keepReason(SpooledEvent event) {
    Rejection reason = new Rejection(event.refusalCode(), cut(event.refusalMessage()));
    return kind() == Kind.PENDING && reasons.putIfAbsent(event.index(), reason) == null;
  }

  private static String cut(String message) {
    return message.substring(0, Math.min(message.length(), MOST_MESSAGE_CHARS));
  }

  /** The event with the reason of its rejection, if the segment keeps one. */
  synchronized SpooledEvent withReason(SpooledEvent event) {
    Rejection rejection = reasons.get(event.index());
    return rejection == null ? event : event.rejected(rejection.code, rejection.message);
  }

  /** Keeps the file for inspection after its events are acknowledged. */
  synchronized void markDamaged() {
    damaged = true;
  }

  synchronized boolean isDamaged() {
    return damaged;
  }

  /**
   * Records an unreadable range, and forgets the events behind it if an earlier pass read others.
   *
   * @param next position of the event behind the range
   * @return whether the range is new
   */
  synchronized boolean damage(int from, int to, int next) {
    Integer before = reported.put(from, to);
    boolean news = before == null || before < to;
    damaged |= news;
    if (before == null || before != to) {
      forgetFrom(next);
    }
    return news;
  }

  /** Forgets an event and those behind it if an earlier pass met damage where its frame begins. */
  synchronized void intact(int from, int event) {
    if (reported.remove(from) != null) {
      forgetFrom(event);
    }
  }

  /**
   * Forgets what is known of the events from a position on. Damage that only one of two passes
   * meets changes the positions of the events behind it, so these events are sent again.
   */
  private void forgetFrom(int event) {
    changedFrom.add(event);
    acknowledged.clear(event, Math.max(event, acknowledged.length()));
    rejected.clear(event, Math.max(event, rejected.length()));
    reasons.keySet().removeIf(position -> position >= event);
    // The number of events is unknown until the next end of a pass.
    countedByPass = false;
  }

  /** Records that the disk failed with this file; returns whether it had not failed before. */
  synchronized boolean failed() {
    boolean news = !failed;
    failed = true;
    return news;
  }
}
