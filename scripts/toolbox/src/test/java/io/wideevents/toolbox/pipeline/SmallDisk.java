package io.wideevents.toolbox.pipeline;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;

/** A file system of a few megabytes, mounted for one test; without the right to, it is skipped. */
record SmallDisk(Path path) implements AutoCloseable {
  private static final long TIMEOUT_SECONDS = 60;

  static SmallDisk mount(Path mountPoint, int mebibytes) throws IOException {
    Files.createDirectories(mountPoint);
    boolean mounted =
        run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", mountPoint);
    Assumptions.assumeTrue(mounted, "mounting a small file system takes root, on Linux");
    return new SmallDisk(mountPoint);
  }

  /** Takes all that is left, as somebody else's log file would. */
  Path fillUp() throws IOException {
    Path filler = path.resolve("filler");
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
  public void close() throws IOException {
    if (!run("umount", path)) {
      throw new IOException("Could not unmount " + path);
    }
  }

  private static boolean run(Object... command) throws IOException {
    Process process =
        new ProcessBuilder(List.of(command).stream().map(Object::toString).toList())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      return process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }
}
