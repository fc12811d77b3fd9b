package io.wideevents.files;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads whole files of a limited size. Failure messages are written for an operator. */
public final class SmallFile {
  /** Enough for thousands of keys, or any chain of certificates. */
  public static final int MAX_BYTES = 1 << 20;

  private SmallFile() {}

  /**
   * Reads a file that a setting names; blocks for the disk.
   *
   * @param setting named in the failure, so that an operator knows what to correct
   * @throws UnusableFileException if the file is absent, unreadable, a directory, or too large
   */
  public static byte[] read(String setting, Path file) throws UnusableFileException {
    try {
      if (Files.isDirectory(file)) {
        throw unusable(setting, file, "is a directory");
      }
      try (InputStream in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
          throw unusable(setting, file, "is larger than 1 MiB");
        }
        return bytes;
      }
    } catch (NoSuchFileException e) {
      throw unusable(setting, file, "does not exist");
    } catch (AccessDeniedException e) {
      throw unusable(setting, file, "may not be read by this process");
    } catch (IOException e) {
      throw unusable(setting, file, "cannot be read (" + e.getClass().getSimpleName() + ")");
    }
  }

  private static UnusableFileException unusable(String setting, Path file, String what) {
    return new UnusableFileException(List.of("%s=%s %s".formatted(setting, file, what)));
  }
}
