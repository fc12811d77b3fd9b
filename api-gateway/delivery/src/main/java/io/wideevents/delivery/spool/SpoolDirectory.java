package io.wideevents.delivery.spool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.wideevents.delivery.spool.SpoolUnavailableException.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spool's directory, locked by this process until it is closed or the process ends. The text in
 * the lock file names the holder for operators; only the operating system's lock on the file
 * counts.
 */
final class SpoolDirectory implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SpoolDirectory.class);
  private static final String LOCK_FILE = "spool.lock";

  // Closing any channel on a file releases all locks that this process has on the file, also those
  // of other channels. Therefore a second attempt in this process does not open the lock file.
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final Path realPath;

  /** Holds the lock; null for a simulated directory. */
  private final @Nullable FileChannel channel;

  private SpoolDirectory(Path path, Path realPath, @Nullable FileChannel channel) {
    this.path = path;
    this.realPath = realPath;
    this.channel = channel;
  }

  /**
   * Creates the directory if it is absent, and locks it.
   *
   * @throws SpoolUnavailableException if another process has locked it, or it cannot be written
   */
  static SpoolDirectory take(Path path) {
    try {
      make(path);
      Path realPath = path.toRealPath();
      if (!HELD_HERE.add(realPath)) {
        throw locked(path, "process " + ProcessHandle.current().pid());
      }
      try {
        return new SpoolDirectory(path, realPath, lock(path));
      } catch (IOException | RuntimeException e) {
        HELD_HERE.remove(realPath);
        throw e;
      }
    } catch (IOException e) {
      throw notWritable(path, e);
    }
  }

  /** A directory that exists only in a simulated file system; there is nothing to lock. */
  static SpoolDirectory simulated(Path path) {
    return new SpoolDirectory(path, path, null);
  }

  /**
   * Creates the directory and syncs its parents, so that a power failure does not undo the
   * creation.
   */
  private static void make(Path path) throws IOException {
    List<Path> above = new ArrayList<>();
    for (Path at = path.toAbsolutePath(); at.getParent() != null && Files.notExists(at); ) {
      at = at.getParent();
      above.add(at);
    }
    Files.createDirectories(path);
    for (Path directory : above) {
      try (FileChannel entries = FileChannel.open(directory, READ)) {
        entries.force(true);
      } catch (IOException e) {
        // For example, a directory that may be entered but not read.
        LOG.atDebug().addKeyValue("directory", directory).setCause(e).log("Could not be synced");
      }
    }
  }

  private static FileChannel lock(Path path) throws IOException {
    FileChannel channel = FileChannel.open(path.resolve(LOCK_FILE), CREATE, READ, WRITE);
    if (tryLock(channel) == null) {
      String holder = holder(channel);
      channel.close();
      throw locked(path, holder);
    }
    writeHolder(channel);
    return channel;
  }

  private static SpoolUnavailableException locked(Path path, String holder) {
    return new SpoolUnavailableException(
        Reason.LOCKED,
        "The spool directory %s is in use by %s. Stop that process, or name another directory"
            .formatted(path, holder),
        null);
  }

  static SpoolUnavailableException notWritable(Path path, IOException cause) {
    return new SpoolUnavailableException(
        Reason.NOT_WRITABLE,
        "The spool directory %s cannot be used: %s; name a directory this user may write to"
            .formatted(path, cause),
        cause);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // This process holds the lock; the caller reports that as if another process held it.
      return null;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    String pid = new String(bytes.array(), 0, bytes.position(), UTF_8).strip();
    return pid.isEmpty() ? "another process" : "process " + pid;
  }

  private static void writeHolder(FileChannel channel) {
    byte[] pid = "%-20d%n".formatted(ProcessHandle.current().pid()).getBytes(UTF_8);
    try {
      channel.write(ByteBuffer.wrap(pid), 0);
    } catch (IOException e) {
      // A start must succeed on a full disk, because the backlog has to be drained.
      LOG.atDebug().setCause(e).log("Could not write the holder into the lock file");
    }
  }

  Path pending() {
    return pending(path);
  }

  static Path pending(Path spool) {
    return spool.resolve("pending");
  }

  Path refused() {
    return path.resolve("refused");
  }

  Path quarantine() {
    return path.resolve("quarantine");
  }

  Path path() {
    return path;
  }

  /** Releases the lock. Idempotent. */
  @Override
  public void close() {
    if (channel == null || !channel.isOpen()) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Could not release the spool directory " + path, e);
    } finally {
      HELD_HERE.remove(realPath);
    }
  }
}
