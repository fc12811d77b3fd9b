package io.wideevents.gateway.access;

import io.wideevents.files.OwnerOnly;
import io.wideevents.files.SmallFile;
import io.wideevents.files.UnusableFileException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * Adds keys to keys files. The file is replaced atomically, so a running gateway reads the old
 * content or the new content. Not safe for concurrent use on one file: one of two keys may be lost.
 */
public final class KeysFileAppender {
  private KeysFileAppender() {}

  /**
   * Adds the key's line to the file. Creates the file if it does not exist. Afterwards only the
   * file's owner may read it. Follows a symbolic link. Blocks on file input and output.
   *
   * @throws UnusableFileException if the file is invalid, or would be invalid with this key
   * @throws IOException if the file cannot be written; its content is unchanged then
   */
  public static void append(Path file, NewKey key) throws IOException, UnusableFileException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    if (Files.exists(target)) {
      content.writeBytes(SmallFile.read("API_KEYS_FILE", target));
    }
    byte[] before = content.toByteArray();
    if (before.length > 0 && before[before.length - 1] != '\n') {
      content.write('\n');
    }
    content.writeBytes((key.line() + "\n").getBytes(StandardCharsets.UTF_8));
    KeysFile.parse(target, content.toString(StandardCharsets.UTF_8));
    replace(target, content.toByteArray());
  }

  private static void replace(Path target, byte[] content) throws IOException {
    Path directory = target.getParent();
    Path made =
        Files.createTempFile(directory, "." + target.getFileName(), ".tmp", OwnerOnly.attributes());
    try {
      try (FileChannel channel = FileChannel.open(made, StandardOpenOption.WRITE);
          OutputStream out = Channels.newOutputStream(channel)) {
        out.write(content);
        channel.force(true);
      }
      Files.move(made, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(made);
    }
  }
}
