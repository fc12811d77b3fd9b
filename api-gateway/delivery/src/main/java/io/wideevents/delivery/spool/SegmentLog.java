package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.spool.Segment.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The segments of a spool. Events are appended to the open segment. The open segment is sealed when
 * it is full, or when the replay needs its events. A sealed segment is replayed, and deleted when
 * all its events are acknowledged. Only deletion frees space, and deletion needs no free space.
 *
 * <p>One thread appends, and one thread replays. The lock is held for bookkeeping, never for the
 * disk.
 */
final class SegmentLog {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
  private static final int STAGING_BYTES = 256 << 10;

  /**
   * Reasons of rejected events that are kept in memory, about 1 KiB each. A tier gives the reason
   * of any further rejected event again when the dead-letter topic takes events.
   */
  static final int MOST_REASONS = 10_000;

  /** The replay reads pending events first. */
  private static final Comparator<Segment> ORDER =
      Comparator.comparing(Segment::kind).thenComparingLong(Segment::sequence);

  private final Path directory;
  private final SpoolFiles files;
  private final int segmentBytes;
  private final InstantSource clock;
  private final SpoolDamage damage;
  private final AtomicLong bytes = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final NavigableSet<Segment> sealed = new TreeSet<>(ORDER);

  /** The newest segment, while it takes more events. */
  private @Nullable SegmentAppender open;

  private boolean writing;
  private boolean sealRequested;

  // Used only by the appending thread.
  private long lastSequence;
  private @Nullable ByteBuffer staging;

  SegmentLog(
      Path directory, SpoolFiles files, int segmentBytes, InstantSource clock, SpoolDamage damage) {
    this.directory = directory;
    this.files = files;
    this.segmentBytes = segmentBytes;
    this.clock = clock;
    this.damage = damage;
  }

  /**
   * Recovers the segments of an earlier run. Called once, before any other method.
   *
   * @param refused the log of rejected events of an earlier format; need not exist
   */
  void start(Path refused) throws IOException {
    files.createDirectories(directory);
    SegmentRecovery pending = new SegmentRecovery(directory, Kind.PENDING, files, damage);
    sealed.addAll(pending.recover());
    lastSequence = pending.highestSequence();
    sealed.addAll(new SegmentRecovery(refused, Kind.REFUSED, files, damage).recover());
    for (Segment segment : sealed) {
      segment.seal();
      bytes.addAndGet(segment.fileBytes());
    }
  }

  /** Disk space in use; does not block. */
  long bytes() {
    return bytes.get();
  }

  /**
   * Appends frames. Blocks until the frames are synced. After a failure the file is not written to
   * again. After a failed sync the operating system may treat lost pages as clean, and a second
   * sync would then report success.
   *
   * @throws IOException if the disk failed or is full; whether the frames are stored is unknown
   */
  void append(List<byte[]> frames) throws IOException {
    int total = frames.stream().mapToInt(frame -> frame.length).sum();
    SegmentAppender target = beginWrite(total);
    boolean synced = false;
    try {
      target.append(frames);
      synced = true;
    } finally {
      endWrite(target, synced, frames.size());
    }
  }

  /** Disk space that an append needs in addition to the frames. */
  int headerBytesFor(long total) {
    lock.lock();
    try {
      return fits(total) ? 0 : SegmentHeader.BYTES;
    } finally {
      lock.unlock();
    }
  }

  private boolean fits(long total) {
    return open != null && open.segment().length() + total <= segmentBytes;
  }

  private SegmentAppender beginWrite(int total) throws IOException {
    Optional<SegmentAppender> current = writeToOpen(total);
    if (current.isPresent()) {
      return current.get();
    }
    var unused = seal();
    // Created outside the lock, so that a hanging disk does not block the replay.
    return writeTo(create(), total);
  }

  private Optional<SegmentAppender> writeToOpen(int total) {
    lock.lock();
    try {
      return fits(total) ? Optional.of(startWriting(total)) : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private SegmentAppender writeTo(SegmentAppender created, int total) {
    lock.lock();
    try {
      open = created;
      lastSequence = created.segment().sequence();
      bytes.addAndGet(created.segment().fileBytes());
      return startWriting(total);
    } finally {
      lock.unlock();
    }
  }

  private SegmentAppender startWriting(int total) {
    SegmentAppender target = Objects.requireNonNull(open);
    writing = true;
    // Counted before the write, because a failed write may have used a part of the space.
    target.segment().wrote(total);
    bytes.addAndGet(total);
    return target;
  }

  private SegmentAppender create() throws IOException {
    if (staging == null) {
      staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    }
    return SegmentAppender.create(files, directory, nextIdentity(freeSequence()), staging);
  }

  /** The next number that no file has. Someone may have put a segment into the directory. */
  private long freeSequence() {
    long sequence = lastSequence + 1;
    while (files.exists(Segment.file(directory, sequence))) {
      sequence++;
    }
    return sequence;
  }

  private SegmentHeader.Identity nextIdentity(long sequence) {
    lock.lock();
    try {
      Optional<Segment> previous =
          sealed.stream()
              .filter(segment -> segment.kind() == Kind.PENDING)
              .max(Comparator.comparingLong(Segment::sequence));
      return new SegmentHeader.Identity(
          sequence,
          clock.instant(),
          previous.map(Segment::sequence).orElse(0L),
          previous.map(Segment::acknowledgedLength).orElse(0));
    } finally {
      lock.unlock();
    }
  }

  private void endWrite(SegmentAppender target, boolean synced, int events) {
    boolean seal;
    lock.lock();
    try {
      writing = false;
      if (synced) {
        target.segment().synced(events);
      }
      seal = !synced || sealRequested;
    } finally {
      lock.unlock();
    }
    if (seal) {
      var unused = seal();
    }
  }

  /**
   * Seals the open segment, so that it can be replayed. A segment that is being written is sealed
   * after the write.
   *
   * @return whether a segment was sealed
   */
  boolean seal() {
    SegmentAppender done;
    lock.lock();
    try {
      sealRequested = writing;
      if (open == null || writing) {
        return false;
      }
      done = open;
      open = null;
      Segment segment = done.segment();
      if (segment.isEmpty()) {
        // The first append failed. Closing deletes the file.
        bytes.addAndGet(-segment.fileBytes());
      } else {
        segment.seal();
        sealed.add(segment);
      }
    } finally {
      lock.unlock();
    }
    try {
      done.close();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", done.segment().file())
          .setCause(e)
          .log("Could not close a spool file; its events are synced");
    }
    return true;
  }

  /**
   * The first sealed segment after {@code previous}, which may be deleted; without {@code
   * previous}, the first of all.
   */
  Optional<Segment> sealedAfter(@Nullable Segment previous) {
    lock.lock();
    try {
      if (previous == null) {
        return sealed.isEmpty() ? Optional.empty() : Optional.of(sealed.first());
      }
      return Optional.ofNullable(sealed.higher(previous));
    } finally {
      lock.unlock();
    }
  }

  /** Whether an event is replayed after another one, or there is no other one. */
  static boolean isBehind(SpooledEvent event, @Nullable SpooledEvent other) {
    int order = other == null ? 1 : ORDER.compare(event.segment(), other.segment());
    return order > 0 || (order == 0 && event.index() > Objects.requireNonNull(other).index());
  }

  int sealedCount() {
    lock.lock();
    try {
      return sealed.size();
    } finally {
      lock.unlock();
    }
  }

  SegmentPass read(Segment segment, RecordDecoder decoder) {
    return new SegmentPass(segment, files, damage, decoder);
  }

  /** Records that the disk failed to read a segment, which stays for a later attempt. */
  void readFailed(Segment segment, IOException cause) {
    if (segment.failed()) {
      damage.unreadable(segment.file(), cause);
    }
  }

  /** Acknowledges events, and releases the segments that this concludes. Blocks for the disk. */
  void acknowledge(List<SpooledEvent> delivered) {
    delivered.forEach(event -> event.segment().acknowledge(event));
    delivered.stream().map(SpooledEvent::segment).distinct().forEach(this::release);
  }

  /**
   * Remembers rejected events, and their reasons within the limit.
   *
   * @return the number of events that were not remembered before
   */
  int reject(List<SpooledEvent> rejected) {
    int limit = MOST_REASONS - segments().stream().mapToInt(Segment::reasons).sum();
    int reasons = 0;
    int news = 0;
    for (SpooledEvent event : rejected) {
      if (event.segment().reject(event)) {
        news++;
      }
      if (reasons < limit && event.segment().keepReason(event)) {
        reasons++;
      }
    }
    return news;
  }

  /**
   * Deletes a sealed segment if all its events are acknowledged. A damaged file goes into the
   * quarantine. If the disk fails, the next call tries again.
   */
  void release(Segment segment) {
    if (!segment.isFinished() || !isSealed(segment)) {
      return;
    }
    try {
      if (segment.isDamaged()) {
        damage.quarantine(segment.file(), "damaged; what could be read of it was delivered");
      } else {
        files.delete(segment.file());
      }
    } catch (IOException e) {
      if (segment.failed()) {
        LOG.atWarn()
            .addKeyValue("file", segment.file())
            .setCause(e)
            .log("Could not delete a delivered spool file. The gateway will try again");
      }
      return;
    }
    lock.lock();
    try {
      sealed.remove(segment);
      bytes.addAndGet(-segment.fileBytes());
    } finally {
      lock.unlock();
    }
    syncDeletion();
  }

  private boolean isSealed(Segment segment) {
    lock.lock();
    try {
      return sealed.contains(segment);
    } finally {
      lock.unlock();
    }
  }

  private void syncDeletion() {
    try {
      files.syncDirectory(directory);
    } catch (IOException e) {
      LOG.atDebug()
          .addKeyValue("directory", directory)
          .setCause(e)
          .log(
              "Could not sync the deletion of a spool file. After a power failure its events may be sent again");
    }
  }

  /** All segments, with the open one, in the order of the replay. */
  List<Segment> segments() {
    lock.lock();
    try {
      List<Segment> all = new ArrayList<>(sealed);
      if (open != null) {
        all.add(open.segment());
        all.sort(ORDER);
      }
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Ends appending. Idempotent. The files stay on disk. */
  void close() {
    var unused = seal();
  }
}
