package io.wideevents.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * A real file system of a few megabytes, mounted for one test. Used by one thread. The caller
 * closes this object, which unmounts the file system.
 */
public final class SmallFileSystem implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 60;

  /** The kind of file system. */
  public enum Kind {
    TMPFS,
    EXT4
  }

  private final Path mountPoint;

  private SmallFileSystem(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  /**
   * Mounts a new file system in {@code workDirectory}. Empty if this process has no right or no
   * tools to mount a file system; mounting needs root on Linux. Only then a test that needs the
   * file system may be skipped.
   *
   * @throws IOException if {@code workDirectory} cannot be written to
   */
  public static Optional<SmallFileSystem> mount(Kind kind, Path workDirectory, int mebibytes)
      throws IOException {
    Path mountPoint = Files.createDirectory(workDirectory.resolve("mount"));
    boolean mounted =
        switch (kind) {
          case TMPFS ->
              run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", mountPoint);
          case EXT4 -> mountExt4(workDirectory.resolve("image"), mountPoint, mebibytes);
        };
    return mounted ? Optional.of(new SmallFileSystem(mountPoint)) : Optional.empty();
  }

  private static boolean mountExt4(Path image, Path mountPoint, int mebibytes) throws IOException {
    Files.write(image, new byte[mebibytes << 20]);
    // No blocks are reserved for root, so that the disk becomes full for root as well.
    return run("mkfs.ext4", "-q", "-m", "0", image)
        && run("mount", "-o", "loop", image, mountPoint);
  }

  /** The directory of the mounted file system. */
  public Path path() {
    return mountPoint;
  }

  public long usableBytes() {
    return mountPoint.toFile().getUsableSpace();
  }

  /**
   * Fills the file system, as the log file of another process would.
   *
   * @return the file; deleting it frees the space
   */
  public Path fillUp() throws IOException {
    Path filler = mountPoint.resolve("filler");
    for (int blockBytes : List.of(1 << 16, 1 << 12, 1)) {
      try (OutputStream stream =
          Files.newOutputStream(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (true) {
          stream.write(new byte[blockBytes]);
        }
      } catch (IOException e) {
        if (blockBytes == 1) {
          return filler;
        }
      }
    }
    throw new IllegalStateException("A file system that is never full");
  }

  @Override
  public void close() {
    if (!run("umount", mountPoint)) {
      throw new IllegalStateException("Could not unmount " + mountPoint);
    }
  }

  private static boolean run(Object... command) {
    try {
      Process process =
          new ProcessBuilder(List.of(command).stream().map(Object::toString).toList())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      // The tool is not installed.
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while mounting", e);
    }
  }
}
