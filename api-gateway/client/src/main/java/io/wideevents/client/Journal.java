package io.wideevents.client;

import io.wideevents.files.OwnerOnly;
import io.wideevents.log.LogThrottle;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events on disk, in the order in which they were appended: a directory of {@link JournalSegment}s.
 * An event is on disk when {@link #append} has returned true. A segment is deleted when all of its
 * events were removed. After a crash the events of the oldest segment may be read again.
 *
 * <p>One process uses a directory. Safe for concurrent use. {@link #append} blocks for one disk
 * sync, which concurrent callers share. {@link #next} and {@link #remove} are for one thread.
 */
final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(WideEventsClient.class);
  private static final String LOCK_FILE = "journal.lock";

  // Closing any channel on a file releases the locks that this process has on it. So a second
  // journal of this process must not open the lock file.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final JournalSettings settings;
  private final Path realPath;
  private final FileChannel lock;
  private final Deque<JournalSegment> segments = new ArrayDeque<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final LogThrottle writeFailed = new LogThrottle(Duration.ofSeconds(10));
  private boolean isWriting;
  private boolean closed;
  private long number;

  /** Of segments that are deleted. */
  private long damagedBytes;

  /** The events of one call of {@link #append}, and their outcome. */
  private static final class Waiting {
    private final List<byte[]> events;
    private boolean isDone;
    private boolean isStored;

    Waiting(List<byte[]> events) {
      this.events = events;
    }
  }

  /**
   * Events that were read and not removed yet.
   *
   * @param end position in the segment after the last event
   */
  record Batch(JournalSegment segment, List<byte[]> events, int end) {}

  private Journal(JournalSettings settings, Path realPath, FileChannel lock) {
    this.settings = settings;
    this.realPath = realPath;
    this.lock = lock;
  }

  /**
   * Locks the directory, which is created if it is absent, and finds the events of earlier runs.
   *
   * @throws UncheckedIOException if the directory is in use or cannot be written
   */
  static Journal open(JournalSettings settings) {
    try {
      Files.createDirectories(settings.directory());
      Path realPath = settings.directory().toRealPath();
      if (!HELD_HERE.add(realPath)) {
        throw inUse(realPath);
      }
      try {
        Journal journal = new Journal(settings, realPath, lock(realPath));
        try {
          journal.recover();
          return journal;
        } catch (IOException | RuntimeException e) {
          journal.lock.close();
          throw e;
        }
      } catch (IOException | RuntimeException e) {
        HELD_HERE.remove(realPath);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "The journal's directory %s cannot be used: %s; set GATEWAY_JOURNAL_DIR to a directory"
                  .formatted(settings.directory(), e.getMessage())
              + " that only this process writes",
          e);
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve(LOCK_FILE),
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            OwnerOnly.attributes());
    try {
      FileLock held = channel.tryLock();
      if (held != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      // Another class loader of this process has the lock.
    }
    channel.close();
    throw inUse(directory);
  }

  private static IOException inUse(Path directory) {
    return new IOException(directory + " is in use by another process or client");
  }

  private synchronized void recover() throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.list(realPath)) {
      files = all.sorted().toList();
    }
    for (Path file : files) {
      // The numbers of damaged files are not used again. A second one would replace the first.
      number = Math.max(number, JournalSegment.numberOf(file));
    }
    for (Path file : files.stream().filter(JournalSegment::isSegment).toList()) {
      JournalSegment segment = JournalSegment.recover(file);
      if (segment.damagedBytes() > 0) {
        log.atError()
            .addKeyValue("file", file)
            .addKeyValue("bytes", segment.damagedBytes())
            .log("Events in the journal cannot be read; the file is kept as .damaged");
      }
      segments.add(segment);
    }
  }

  /**
   * Stores all of the events, or none. Blocks for the disk, and not for capacity.
   *
   * @return false if the journal is full or closed, or the disk failed
   */
  boolean append(List<byte[]> events) {
    Waiting mine = new Waiting(events);
    List<Waiting> group;
    synchronized (this) {
      if (closed || !hasCapacity(events)) {
        return false;
      }
      waiting.add(mine);
      boolean interrupted = false;
      while (isWriting && !mine.isDone) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      if (mine.isDone) {
        return mine.isStored;
      }
      // No other thread writes. This thread writes for all that wait.
      isWriting = true;
      group = List.copyOf(waiting);
      waiting.clear();
    }
    boolean isStored = false;
    try {
      isStored = write(group.stream().flatMap(each -> each.events.stream()).toList());
    } finally {
      synchronized (this) {
        isWriting = false;
        for (Waiting each : group) {
          each.isDone = true;
          each.isStored = isStored;
        }
        notifyAll();
      }
    }
    return mine.isStored;
  }

  /** Whether the journal holds these events as well. A single batch fits into an empty journal. */
  synchronized boolean hasCapacity(List<byte[]> events) {
    long pending = pendingBytes();
    return pending == 0 || pending + JournalSegment.bytesOf(events) <= settings.maxBytes();
  }

  /** Called by one thread at a time, without the lock, so that events can be read meanwhile. */
  private boolean write(List<byte[]> events) {
    try {
      JournalSegment newest = writable();
      if (newest == null) {
        return false;
      }
      newest.append(events);
      return true;
    } catch (IOException e) {
      writeFailed.show(
          notShown ->
              log.atError()
                  .addKeyValue("directory", realPath)
                  .addKeyValue("notShown", notShown)
                  .setCause(e)
                  .log("Events of this process could not be written to the journal"));
      return false;
    }
  }

  /** The segment to write to, a new one if the newest is complete; null after the close. */
  private @Nullable JournalSegment writable() throws IOException {
    synchronized (this) {
      JournalSegment newest = segments.peekLast();
      if (closed) {
        return null;
      }
      if (newest != null && newest.isWritable() && newest.length() < settings.segmentBytes()) {
        return newest;
      }
      number++;
    }
    JournalSegment created = JournalSegment.create(realPath, number);
    synchronized (this) {
      JournalSegment newest = segments.peekLast();
      if (newest != null) {
        newest.complete();
      }
      segments.add(created);
    }
    return created;
  }

  /** Reads the oldest events that were not removed; null if there are none. Does not block. */
  @Nullable Batch next(int maxEvents, int maxBytes) throws IOException {
    while (true) {
      JournalSegment oldest;
      synchronized (this) {
        oldest = segments.peekFirst();
      }
      if (oldest == null) {
        return null;
      }
      Batch batch = oldest.read(maxEvents, maxBytes);
      if (!batch.events().isEmpty()) {
        return batch;
      }
      synchronized (this) {
        if (oldest.isWritable()) {
          return null;
        }
        segments.removeFirst();
        damagedBytes += oldest.damagedBytes();
      }
      oldest.delete();
    }
  }

  /** Removes the events of a batch, which was the last one read. */
  void remove(Batch batch) {
    batch.segment().removeUpTo(batch.end());
  }

  /** Bytes of events that were not removed. */
  synchronized long pendingBytes() {
    long bytes = 0;
    for (JournalSegment segment : segments) {
      bytes += segment.pendingBytes();
    }
    return bytes;
  }

  synchronized long damagedBytes() {
    long bytes = damagedBytes;
    for (JournalSegment segment : segments) {
      bytes += segment.damagedBytes();
    }
    return bytes;
  }

  /** Rejects further events, and releases the directory. Idempotent. */
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      boolean interrupted = false;
      while (isWriting) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      for (JournalSegment segment : segments) {
        segment.complete();
        if (segment.pendingBytes() == 0) {
          segment.delete();
        }
      }
    }
    try {
      lock.close();
    } catch (IOException e) {
      log.atWarn().setCause(e).log("The lock of the journal's directory could not be released");
    }
    HELD_HERE.remove(realPath);
  }
}
