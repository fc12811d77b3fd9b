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

/** Adds keys to keys files, so that a gateway reading meanwhile sees the old file or the new. */
public final class KeysFileAppender {
  private KeysFileAppender() {}

  /**
   * Adds the key's line to the file, which is made when absent; afterwards only its owner may read
   * it. A link is followed. Two at a time may lose one of the lines.
   *
   * @throws UnusableFileException if the file is broken already, or would be with this key
   * @throws IOException if it cannot be written; it is as before then
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
