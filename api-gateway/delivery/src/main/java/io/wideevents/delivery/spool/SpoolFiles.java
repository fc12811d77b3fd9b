package io.wideevents.delivery.spool;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system operations of the spool. Tests replace them to simulate failing syncs, full disks
 * and power failures.
 *
 * <p>Reading opens the file for that one call. An interrupt during such a call therefore closes
 * only the channel of that call, not the channel of the writer.
 */
interface SpoolFiles {
  /** A file being written. Used by one thread at a time. */
  interface Appender extends Closeable {
    /** Writes all remaining bytes at the end of the file. */
    void write(ByteBuffer bytes) throws IOException;

    /** Overwrites bytes within the file; needs no free space. Synced with the rest of the file. */
    void overwrite(long position, ByteBuffer bytes) throws IOException;

    /** Blocks until everything written is on the disk. */
    void sync() throws IOException;
  }

  Appender create(Path file) throws IOException;

  /**
   * Fills {@code target} with bytes from {@code position}. The file must be long enough.
   *
   * @throws java.io.EOFException if the file is shorter
   */
  void read(Path file, long position, ByteBuffer target) throws IOException;

  /** Blocks until the bytes of a file are on the disk. */
  void sync(Path file) throws IOException;

  long size(Path file) throws IOException;

  /** Whether anything has this name. */
  boolean exists(Path file);

  /** The regular files in a directory, sorted by name; empty if there is no such directory. */
  List<Path> list(Path directory) throws IOException;

  void createDirectories(Path directory) throws IOException;

  /** Blocks until the creations, renames and deletions in a directory are on the disk. */
  void syncDirectory(Path directory) throws IOException;

  /** Renames within one file system. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes the file if it exists, and frees its space. */
  void delete(Path file) throws IOException;

  /** Bytes that may still be written to the file system of a directory. */
  long usableBytes(Path directory);
}
