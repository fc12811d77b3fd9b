package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.spool.FrameScanner.Found;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of frames in numbered segment files. Appending adds to the newest file. A file is deleted
 * when all its frames are removed; only this frees space, and it needs no free space.
 *
 * <p>One thread appends, and one thread reads and removes; the two may differ. The lock is held for
 * bookkeeping and for creating and deleting files, never for a sync of events.
 */
final class SegmentLog implements SpoolQueue {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentLog.class);
  private static final int STAGING_BYTES = 256 << 10;

  private final Path directory;
  private final SpoolFiles files;
  private final int segmentBytes;
  private final RecordDecoder decoder;
  private final InstantSource clock;
  private final Quarantine quarantine;
  private final DamageCounter damage;
  private final AtomicLong bytes = new AtomicLong();

  private final ReentrantLock lock = new ReentrantLock();
  private final NavigableMap<Long, Segment> segments = new TreeMap<>();
  private long lastSequence;

  /**
   * True initially, because an earlier process may have deleted a file without syncing the
   * directory.
   */
  private boolean deletionUnsynced = true;

  private @Nullable OpenSegment open;
  private volatile Holding holding = new Holding(0, Optional.empty());

  // Used only by the appending thread.
  private @Nullable ByteBuffer staging;

  /**
   * The newest file while it takes more frames. While {@code writing} is set, the file is not
   * deleted.
   */
  private static final class OpenSegment {
    final Segment segment;
    final SegmentAppender appender;
    boolean writing;

    OpenSegment(Segment segment, SegmentAppender appender) {
      this.segment = segment;
      this.appender = appender;
    }
  }

  /**
   * @param oldest approximate spooling time of the oldest remaining event; empty if there is none
   */
  record Holding(long events, Optional<Instant> oldest) {}

  SegmentLog(
      Path directory,
      SpoolFiles files,
      int segmentBytes,
      RecordDecoder decoder,
      InstantSource clock,
      Quarantine quarantine,
      DamageCounter damage) {
    this.directory = directory;
    this.files = files;
    this.segmentBytes = segmentBytes;
    this.decoder = decoder;
    this.clock = clock;
    this.quarantine = quarantine;
    this.damage = damage;
  }

  /** Recovers the segments of an earlier run. Called once, before any other method. */
  void start() throws IOException {
    files.createDirectories(directory);
    SegmentRecovery recovery = new SegmentRecovery(directory, files, quarantine, damage);
    for (Segment segment : recovery.recover()) {
      segments.put(segment.sequence(), segment);
      bytes.addAndGet(segment.fileBytes());
    }
    lastSequence = recovery.highestSequence();
    lock.lock();
    try {
      settle();
    } finally {
      lock.unlock();
    }
  }

  /** Disk space in use; does not block. */
  long bytes() {
    return bytes.get();
  }

  /** The content of the log; does not block, even while the disk hangs. */
  Holding holding() {
    return holding;
  }

  /**
   * Appends frames. Blocks until the frames are synced. After a failure the file is not written to
   * again: after a failed sync the operating system may mark pages as clean that never reached the
   * disk, and a second sync would report success.
   *
   * @throws IOException if the disk failed or is full; whether the frames are stored is unknown
   */
  void append(List<byte[]> frames) throws IOException {
    int total = frames.stream().mapToInt(frame -> frame.length).sum();
    OpenSegment target = open(total);
    boolean synced = false;
    try {
      target.appender.append(frames);
      synced = true;
    } finally {
      finish(target, synced, frames.size());
    }
  }

  /** Disk space that an append needs in addition to the frames. */
  int headerBytesFor(long total) {
    lock.lock();
    try {
      return open == null || open.segment.length() + total > segmentBytes ? SegmentHeader.BYTES : 0;
    } finally {
      lock.unlock();
    }
  }

  private OpenSegment open(int total) throws IOException {
    Optional<OpenSegment> target = current(total);
    // Created outside the lock, so that a hanging disk does not block readers.
    return target.isPresent() ? target.get() : register(create(), total);
  }

  /** The newest file, if it can take that many bytes; otherwise the file is sealed. */
  private Optional<OpenSegment> current(int total) {
    lock.lock();
    try {
      OpenSegment target = open;
      if (target == null || target.segment.length() + (long) total > segmentBytes) {
        seal();
        return Optional.empty();
      }
      write(target, total);
      return Optional.of(target);
    } finally {
      lock.unlock();
    }
  }

  private OpenSegment register(OpenSegment created, int total) {
    lock.lock();
    try {
      lastSequence = created.segment.sequence();
      segments.put(lastSequence, created.segment);
      bytes.addAndGet(created.segment.fileBytes());
      open = created;
      write(created, total);
      return created;
    } finally {
      lock.unlock();
    }
  }

  private void write(OpenSegment target, int total) {
    target.writing = true;
    // Counted before the write, because a failed write may have used a part of the space.
    target.segment.wrote(total);
    bytes.addAndGet(total);
  }

  private OpenSegment create() throws IOException {
    if (staging == null) {
      staging = ByteBuffer.allocateDirect(STAGING_BYTES);
    }
    SegmentHeader.Identity identity = nextIdentity();
    SegmentAppender appender = SegmentAppender.create(files, directory, identity, staging);
    Path file = SegmentNames.segment(directory, identity.sequence());
    return new OpenSegment(Segment.empty(identity, file), appender);
  }

  private SegmentHeader.Identity nextIdentity() {
    lock.lock();
    try {
      Segment last = segments.get(lastSequence);
      return new SegmentHeader.Identity(
          lastSequence + 1,
          clock.instant(),
          last == null ? 0 : last.sequence(),
          last == null ? 0 : last.acknowledgedLength());
    } finally {
      lock.unlock();
    }
  }

  private void finish(OpenSegment target, boolean synced, int events) {
    lock.lock();
    try {
      target.writing = false;
      if (synced) {
        target.segment.synced(events);
      } else {
        seal();
      }
      settle();
    } finally {
      lock.unlock();
    }
  }

  private void seal() {
    OpenSegment sealed = open;
    open = null;
    if (sealed == null) {
      return;
    }
    sealed.segment.seal();
    noteDown(sealed.segment);
    try {
      sealed.appender.close();
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("file", sealed.segment.file())
          .setCause(e)
          .log("Could not close a spool file; its events are synced");
    }
  }

  @Override
  public List<SpooledEvent> read(SpoolPosition from, int maxEvents, int maxBytes) {
    List<SpooledEvent> events = new ArrayList<>();
    int left = maxBytes;
    for (Segment segment : segmentsFrom(from)) {
      int offset =
          segment.sequence() == from.segment()
              ? Math.max(from.offset(), segment.start())
              : segment.start();
      left = read(segment, offset, maxEvents, left, events);
      if (events.size() >= maxEvents || left <= 0) {
        break;
      }
    }
    return events;
  }

  private List<Segment> segmentsFrom(SpoolPosition from) {
    lock.lock();
    try {
      return List.copyOf(segments.tailMap(from.segment(), true).values());
    } finally {
      lock.unlock();
    }
  }

  /** Adds events of one segment; returns the bytes that may still be added, 0 or less for none. */
  private int read(
      Segment segment, int offset, int maxEvents, int maxBytes, List<SpooledEvent> events) {
    int left = maxBytes;
    try {
      FrameScanner scanner = new FrameScanner(files, segment.file(), offset, length(segment));
      while (events.size() < maxEvents && left > 0) {
        scanner.skipTo(firstUnresolved(segment, scanner.offset()));
        switch (scanner.next()) {
          case Found.Intact intact -> {
            left -= intact.event().json().length;
            if (left < 0 && !events.isEmpty()) {
              return left;
            }
            events.add(event(segment.sequence(), intact));
          }
          case Found.Damaged range -> damaged(segment, range.from(), range.to());
          case Found.End end -> {
            return left;
          }
        }
      }
    } catch (NoSuchFileException e) {
      LOG.atDebug().addKeyValue("file", segment.file()).log("Spool file was just deleted");
    } catch (IOException e) {
      readFailed(segment, e);
    }
    return left;
  }

  private SpooledEvent event(long sequence, Found.Intact intact) {
    return new SpooledEvent(
        new SpoolPosition(sequence, intact.from()),
        new SpoolPosition(sequence, intact.to()),
        intact.event(),
        decoder);
  }

  private int length(Segment segment) {
    lock.lock();
    try {
      return segment.length();
    } finally {
      lock.unlock();
    }
  }

  private int firstUnresolved(Segment segment, int offset) {
    lock.lock();
    try {
      return segment.firstUnresolved(offset);
    } finally {
      lock.unlock();
    }
  }

  private void readFailed(Segment segment, IOException cause) {
    lock.lock();
    try {
      if (segment.failed()) {
        damage.unreadable(segment.file(), cause);
      }
    } finally {
      lock.unlock();
    }
  }

  private void damaged(Segment segment, int from, int to) {
    lock.lock();
    try {
      if (segment.damage(from, to)) {
        damage.range(segment.file(), from, to);
      }
      noteDown(segment);
      settle();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void remove(Collection<SpooledEvent> events) {
    lock.lock();
    try {
      events.stream()
          .mapToLong(event -> event.position().segment())
          .distinct()
          .mapToObj(segments::get)
          .filter(segment -> segment != null)
          .forEach(segment -> remove(events, segment));
      settle();
    } finally {
      lock.unlock();
    }
  }

  private void remove(Collection<SpooledEvent> events, Segment segment) {
    events.stream()
        .filter(event -> event.position().segment() == segment.sequence())
        .forEach(segment::resolve);
    if (!segment.isFinished()) {
      noteDown(segment);
    }
  }

  private void noteDown(Segment segment) {
    try {
      segment.writeNote(files);
    } catch (IOException e) {
      LOG.atDebug()
          .addKeyValue("file", segment.file())
          .setCause(e)
          .log("Could not note how far a spool file is drained; a restart would repeat some of it");
    }
  }

  /** Deletes the files without remaining events, including those whose deletion failed before. */
  private void settle() {
    List<Segment> finished =
        segments.values().stream().filter(Segment::isFinished).filter(this::isIdle).toList();
    for (Segment segment : finished) {
      if (open != null && open.segment == segment) {
        seal();
      }
      if (segment.isEmpty() && segment.sequence() == lastSequence) {
        // Nothing in it was ever acknowledged. The next file reuses its number, which leaves no
        // gap.
        lastSequence--;
      } else {
        accountFor(segment);
      }
      syncDeletions();
      try {
        if (segment.isDamaged()) {
          quarantine.take(segment.file(), "damaged; what could be read of it was delivered");
        } else {
          files.delete(segment.file());
        }
        deletionUnsynced = true;
        segments.remove(segment.sequence());
        bytes.addAndGet(-segment.fileBytes());
      } catch (IOException e) {
        if (segment.failed()) {
          LOG.atWarn()
              .addKeyValue("file", segment.file())
              .setCause(e)
              .log("Could not delete a drained spool file; will try again");
        }
      }
    }
    publishHolding();
  }

  /**
   * Makes the last deletion durable before the next one. If a power failure undid only the older of
   * two deletions, there would be a gap.
   */
  private void syncDeletions() {
    if (deletionUnsynced) {
      try {
        files.syncDirectory(directory);
        deletionUnsynced = false;
      } catch (IOException e) {
        LOG.atDebug()
            .addKeyValue("directory", directory)
            .setCause(e)
            .log("Could not sync a deletion; a restart may report a drained file as missing");
      }
    }
  }

  /**
   * Records the absence of a segment durably in the segment before it. A gap without such a record
   * is reported as a lost file. Events are removed almost in order, so there is rarely a segment
   * before.
   */
  private void accountFor(Segment leaving) {
    Map.Entry<Long, Segment> before = segments.lowerEntry(leaving.sequence());
    if (before == null || before.getValue().absentTo() >= leaving.sequence()) {
      return;
    }
    Segment segment = before.getValue();
    if (segment.accountFor(Math.max(leaving.sequence(), leaving.absentTo()))) {
      try {
        segment.writeNote(files);
        files.sync(segment.file());
      } catch (IOException e) {
        LOG.atDebug()
            .addKeyValue("file", segment.file())
            .setCause(e)
            .log("Could not account for a drained spool file; a restart may report it as missing");
      }
    }
  }

  private void publishHolding() {
    holding =
        new Holding(
            segments.values().stream().mapToLong(Segment::remainingEvents).sum(),
            segments.values().stream()
                .filter(segment -> segment.remainingEvents() > 0)
                .map(Segment::oldest)
                .findFirst());
  }

  private boolean isIdle(Segment segment) {
    return open == null || open.segment != segment || !open.writing;
  }

  /** Ends appending. Idempotent. The files stay on disk. */
  void close() {
    lock.lock();
    try {
      seal();
      settle();
    } finally {
      lock.unlock();
    }
  }
}
