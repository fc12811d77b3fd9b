package io.wideevents.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * The directory something keeps its data in: a given one, which stays, or a temporary one, which is
 * deleted at the end.
 *
 * @param path exists
 * @param temporary whether {@link #close} deletes it
 */
public record WorkDirectory(Path path, boolean temporary) implements AutoCloseable {

  /**
   * Creates the directory.
   *
   * @param given null for a temporary one
   * @param name of what uses it, part of a temporary directory's name
   * @throws UncheckedIOException if it cannot be created
   */
  public static WorkDirectory create(@Nullable Path given, String name) {
    try {
      return given == null
          ? new WorkDirectory(Files.createTempDirectory("wide-events-" + name + "-"), true)
          : new WorkDirectory(Files.createDirectories(given.toAbsolutePath()), false);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot create a directory for " + name, e);
    }
  }

  /** Deletes it, if it is temporary, with all that is in it. Idempotent. */
  @Override
  public void close() {
    if (!temporary || !Files.exists(path)) {
      return;
    }
    try {
      Files.walkFileTree(path, new Deletion());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + path, e);
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
        throws IOException {
      if (e != null) {
        throw e;
      }
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
