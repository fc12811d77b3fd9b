package io.wideevents.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Writes a new file that only its owner may read. The file gets its name when it is complete; until
 * then its name begins with a dot and ends in {@code .partial}.
 */
public final class NewFile {
  private NewFile() {}

  /** Writes the content. */
  @FunctionalInterface
  public interface Content<T> {
    T writeTo(OutputStream stream) throws IOException;
  }

  /**
   * Writes the file; blocks for the disk. An interrupted process leaves no file under the name.
   *
   * @return the result of the content
   * @throws FileAlreadyExistsException if the name exists already, even as a dangling symbolic link
   */
  public static <T> T write(Path file, Content<T> content) throws IOException {
    Path target = file.toAbsolutePath();
    refuseExisting(target);
    Path directory = Optional.ofNullable(target.getParent()).orElse(target);
    Path made =
        Files.createTempFile(
            directory, "." + target.getFileName() + ".", ".partial", OwnerOnly.attributes());
    // Runs when a signal ends the process, where the finally block below does not run.
    made.toFile().deleteOnExit();
    try {
      T result;
      try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE);
          OutputStream stream = Channels.newOutputStream(channel)) {
        result = content.writeTo(stream);
        channel.force(true);
      }
      publish(made, target);
      return result;
    } finally {
      Files.deleteIfExists(made);
    }
  }

  /** A hard link fails if the name was created meanwhile; a rename would replace the other file. */
  private static void publish(Path made, Path target) throws IOException {
    try {
      Files.createLink(target, made);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException noLinks) {
      refuseExisting(target);
      Files.move(made, target);
    }
  }

  private static void refuseExisting(Path target) throws IOException {
    if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }
}
