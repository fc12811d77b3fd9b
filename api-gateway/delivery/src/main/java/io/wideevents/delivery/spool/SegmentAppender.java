package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.SegmentHeader.Identity;
import io.wideevents.delivery.spool.SegmentHeader.Synced;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes one new segment file. Used by one thread at a time. */
final class SegmentAppender {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentAppender.class);

  private static final String UNFINISHED = ".unfinished";

  private final SpoolFiles files;
  private final Path directory;
  private final Segment segment;
  private final Identity identity;
  private final SpoolFiles.Appender file;
  private final ByteBuffer staging;
  private Synced synced = Synced.NONE;

  private SegmentAppender(
      SpoolFiles files,
      Path directory,
      Segment segment,
      Identity identity,
      SpoolFiles.Appender file,
      ByteBuffer staging) {
    this.files = files;
    this.directory = directory;
    this.segment = segment;
    this.identity = identity;
    this.file = file;
    this.staging = staging;
  }

  /**
   * Creates the file under a temporary name. The file gets its final name after the first group is
   * synced. A file with the name of a segment therefore has a synced header. If creation fails, no
   * file is left, unless the disk also fails to delete the file.
   *
   * @param staging a direct buffer, used by this appender alone during a write; a heap buffer would
   *     be copied into a direct buffer of the same size, which the thread then keeps
   */
  static SegmentAppender create(
      SpoolFiles files, Path directory, Identity identity, ByteBuffer staging) throws IOException {
    Segment segment = Segment.empty(Segment.file(directory, identity.sequence()), identity);
    Path path = unfinished(segment);
    files.delete(path);
    SpoolFiles.Appender file = files.create(path);
    try {
      file.write(SegmentHeader.encode(identity));
      return new SegmentAppender(files, directory, segment, identity, file, staging);
    } catch (IOException e) {
      discard(files, path, file, e);
      throw e;
    }
  }

  /** The name of a file whose first group is not synced yet. */
  private static Path unfinished(Segment segment) {
    return segment.file().resolveSibling("%018d%s".formatted(segment.sequence(), UNFINISHED));
  }

  static boolean isUnfinished(Path file) {
    return file.toString().endsWith(UNFINISHED);
  }

  Segment segment() {
    return segment;
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

  /** Appends a group of frames. Blocks until the frames are synced. */
  void append(List<byte[]> frames) throws IOException {
    Frame.beginGroup(frames.getFirst());
    int length = synced.writtenTo();
    staging.clear();
    for (byte[] frame : frames) {
      write(frame);
      length += frame.length;
    }
    flush();
    // The length is written before the sync, so that one sync makes the frames and the length
    // durable. The length is written after the frames, so that a killed process leaves no length
    // without its frames.
    writeSynced(synced.syncedTo(), length, synced.syncedEvents());
    file.sync();
    name();
    confirm(length, synced.syncedEvents() + frames.size());
  }

  private void name() throws IOException {
    if (synced.syncedTo() == SegmentHeader.BYTES) {
      files.rename(unfinished(segment), segment.file());
      // Without this sync a power failure may remove the file, although its content was synced.
      files.syncDirectory(directory);
    }
  }

  /**
   * Records in the header that the group is synced. The record itself is not synced. Until the
   * record is on the disk, unreadable bytes of this group are reported as damage, even if a power
   * failure interrupted the write.
   */
  private void confirm(int length, int events) {
    try {
      writeSynced(length, length, events);
    } catch (IOException e) {
      // The group is durable. The next group writes the record again.
      synced = new Synced(synced.generation(), length, length, events);
      LOG.atDebug()
          .addKeyValue("file", segment.file())
          .setCause(e)
          .log("Could not record a synced length");
    }
  }

  private void writeSynced(int syncedTo, int writtenTo, int events) throws IOException {
    Synced next = new Synced(synced.generation() + 1, syncedTo, writtenTo, events);
    SegmentHeader.writeSynced(file, identity, next);
    synced = next;
  }

  private void write(byte[] frame) throws IOException {
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

  private void flush() throws IOException {
    staging.flip();
    file.write(staging);
    staging.clear();
  }

  /**
   * Ends appending. Records in the header that the bytes of a failed write or sync are not
   * acknowledged. Deletes a file without acknowledged bytes.
   */
  void close() throws IOException {
    try (file) {
      if (synced.syncedTo() == SegmentHeader.BYTES) {
        files.delete(unfinished(segment));
        files.delete(segment.file());
      } else if (synced.writtenTo() > synced.syncedTo()) {
        writeSynced(synced.syncedTo(), synced.syncedTo(), synced.syncedEvents());
      }
    }
  }
}
