package io.wideevents.gateway.spool;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/**
 * A real file system of a few megabytes, mounted for one test. Needs the right to mount: without it
 * the test is skipped, and says so.
 */
final class SmallFileSystem implements AutoCloseable {
  /** What it is made of. */
  enum Kind {
    TMPFS,
    EXT4
  }

  private final Path mountPoint;

  private SmallFileSystem(Path mountPoint) {
    this.mountPoint = mountPoint;
  }

  static SmallFileSystem mount(Kind kind, Path workDirectory, int mebibytes) throws IOException {
    Path mountPoint = Files.createDirectory(workDirectory.resolve("mount"));
    boolean mounted =
        switch (kind) {
          case TMPFS ->
              run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", mountPoint);
          case EXT4 -> mountExt4(workDirectory.resolve("image"), mountPoint, mebibytes);
        };
    Assumptions.assumeTrue(mounted, "no right, or no tools, to mount a file system of " + kind);
    return new SmallFileSystem(mountPoint);
  }

  private static boolean mountExt4(Path image, Path mountPoint, int mebibytes) throws IOException {
    Files.write(image, new byte[mebibytes << 20]);
    // No blocks kept back for the super-user: he would never find the disk full.
    return run("mkfs.ext4", "-q", "-m", "0", image)
        && run("mount", "-o", "loop", image, mountPoint);
  }

  Path path() {
    return mountPoint;
  }

  long usableBytes() {
    return mountPoint.toFile().getUsableSpace();
  }

  /** Takes all that is left, as somebody else's log file would. */
  Path fillUp() throws IOException {
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
      return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      // The tool is not installed.
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
