package io.wideevents.gateway.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** Writes one new segment file. Used by one thread at a time. */
final class SegmentAppender implements AutoCloseable {
  private final SpoolFiles.Appender file;
  private final ByteBuffer staging;

  private SegmentAppender(SpoolFiles.Appender file, ByteBuffer staging) {
    this.file = file;
    this.staging = staging;
  }

  /**
   * Creates the file; when that fails nothing is left of it.
   *
   * @param staging a direct buffer, for this use alone while a write lasts: a heap buffer would be
   *     copied into a direct one of its own size, which the thread then keeps
   */
  static SegmentAppender create(
      SpoolFiles files, Path directory, long sequence, Instant createdAt, ByteBuffer staging)
      throws IOException {
    Path path = SegmentRecovery.file(directory, sequence);
    SpoolFiles.Appender file = files.create(path);
    try {
      file.write(SegmentHeader.encode(createdAt));
      // Without it the file itself, synced or not, may be gone after a power cut.
      files.syncDirectory(directory);
      return new SegmentAppender(file, staging);
    } catch (IOException e) {
      discard(files, path, file, e);
      throw e;
    }
  }

  private static void discard(
      SpoolFiles files, Path path, SpoolFiles.Appender file, IOException cause) {
    try {
      file.close();
      files.delete(path);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Adds frames and blocks until they are on the disk. */
  void append(List<byte[]> frames) throws IOException {
    staging.clear();
    for (byte[] frame : frames) {
      int written = 0;
      while (written < frame.length) {
        int part = Math.min(frame.length - written, staging.remaining());
        staging.put(frame, written, part);
        written += part;
        if (!staging.hasRemaining()) {
          flush();
        }
      }
    }
    flush();
    file.sync();
  }

  private void flush() throws IOException {
    staging.flip();
    file.write(staging);
    staging.clear();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
