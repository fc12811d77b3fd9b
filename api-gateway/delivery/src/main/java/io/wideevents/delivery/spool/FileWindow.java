package io.wideevents.delivery.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A movable view of a file that holds a bounded part of it in memory. */
final class FileWindow {
  static final int LEAST_BYTES = 256 << 10;

  private final SpoolFiles files;
  private final Path file;
  private final int limit;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private int start;

  /**
   * @param limit end of the readable part of the file
   */
  FileWindow(SpoolFiles files, Path file, int limit) {
    this.files = files;
    this.file = file;
    this.limit = limit;
  }

  /**
   * Exactly {@code length} bytes from {@code offset}; valid until the next call.
   *
   * @throws IndexOutOfBoundsException if the range exceeds the limit
   */
  ByteBuffer at(int offset, int length) throws IOException {
    if (length > limit - offset) {
      throw new IndexOutOfBoundsException(
          "%d bytes at %d reach over %d".formatted(length, offset, limit));
    }
    include(offset, length);
    return bytes.slice(offset - start, length);
  }

  /**
   * The bytes in memory from {@code offset} on, at least {@code length}; valid until the next call.
   */
  ByteBuffer from(int offset, int length) throws IOException {
    include(offset, length);
    return bytes.slice(offset - start, bytes.limit() - (offset - start));
  }

  private void include(int offset, int length) throws IOException {
    if (offset < start || offset + length > start + bytes.limit()) {
      load(offset, length);
    }
  }

  private void load(int offset, int length) throws IOException {
    int wanted = Math.min(limit - offset, Math.max(length, LEAST_BYTES));
    if (bytes.capacity() < wanted) {
      bytes = ByteBuffer.allocate(wanted);
    }
    bytes.clear().limit(wanted);
    start = offset;
    try {
      files.read(file, offset, bytes);
    } catch (IOException e) {
      bytes.limit(0);
      throw e;
    }
  }
}
