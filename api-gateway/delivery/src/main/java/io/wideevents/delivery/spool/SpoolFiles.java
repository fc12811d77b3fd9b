package io.wideevents.delivery.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The little that the spool asks of a file system: the seam where tests make syncs fail, fill the
 * disk and pull the plug.
 *
 * <p>Reading and overwriting open the file for that one call: a thread that is interrupted in it
 * closes its own channel only, never the one the writer appends to.
 */
interface SpoolFiles {
  /** A file being written. Used by one thread at a time. */
  interface Appender extends Closeable {
    /** Writes all remaining bytes at the end of the file. */
    void write(ByteBuffer bytes) throws IOException;

    /** Replaces bytes within the file; needs no free space. Synced with the rest of the file. */
    void overwrite(long position, ByteBuffer bytes) throws IOException;

    /** Blocks until everything written is on the disk itself. */
    void sync() throws IOException;
  }

  /** Creates a new, empty file. */
  Appender create(Path file) throws IOException;

  /**
   * Fills {@code target}, which ends before the end of the file, with bytes from {@code position}.
   *
   * @throws java.io.EOFException if the file is shorter
   */
  void read(Path file, long position, ByteBuffer target) throws IOException;

  /** Replaces bytes within the file; not synced, and in need of no free space. */
  void overwrite(Path file, long position, ByteBuffer bytes) throws IOException;

  /** Blocks until the bytes of a file are on the disk itself. */
  void sync(Path file) throws IOException;

  long size(Path file) throws IOException;

  /** The regular files in a directory, by name. */
  List<Path> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Blocks until the creations, renames and deletions in a directory are on the disk itself. */
  void syncDirectory(Path directory) throws IOException;

  /** Renames within one file system. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes the file if it exists; gives its space back. */
  void delete(Path file) throws IOException;

  /** Bytes that may still be written to the file system of a directory. */
  long usableBytes(Path directory);
}
