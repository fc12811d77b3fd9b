package io.wideevents.client;

import io.wideevents.files.OwnerOnly;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file of a {@link Journal}. An event is stored as a record: length, CRC-32C of the length,
 * CRC-32C of the event, event. A record that a crash cut off ends a segment: its append did not
 * return. A segment whose end cannot be read for another reason is kept under another name when its
 * readable events were removed.
 *
 * <p>Uses {@link RandomAccessFile}, because an interrupt of the calling thread would close a
 * channel. One thread appends and one thread reads, at the same time.
 */
final class JournalSegment {
  private static final Logger log = LoggerFactory.getLogger(WideEventsClient.class);
  private static final Pattern NAME = Pattern.compile("\\d{12}\\.events");
  private static final String DAMAGED = ".damaged";
  private static final int HEADER_BYTES = 12;

  private final Path file;

  /** Open while the segment is written; null afterwards. */
  private @Nullable RandomAccessFile writer;

  /** Length of the records that are on disk. */
  private int length;

  private int removed;
  private long damagedBytes;

  private JournalSegment(Path file, @Nullable RandomAccessFile writer, int length, long damaged) {
    this.file = file;
    this.writer = writer;
    this.length = length;
    this.damagedBytes = damaged;
  }

  static boolean isSegment(Path file) {
    return NAME.matcher(file.getFileName().toString()).matches();
  }

  /** The number of a segment, or of a damaged segment that is kept; 0 for another file. */
  static long numberOf(Path file) {
    String name = file.getFileName().toString();
    String segment =
        name.endsWith(DAMAGED) ? name.substring(0, name.length() - DAMAGED.length()) : name;
    return NAME.matcher(segment).matches() ? Long.parseLong(segment.substring(0, 12)) : 0;
  }

  static long bytesOf(List<byte[]> events) {
    return events.stream().mapToLong(event -> HEADER_BYTES + event.length).sum();
  }

  /** Creates an empty segment, whose name is on disk when this method returns. */
  static JournalSegment create(Path directory, long number) throws IOException {
    Path file = directory.resolve("%012d.events".formatted(number));
    Files.createFile(file, OwnerOnly.attributes());
    try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
      entries.force(true);
    } catch (IOException e) {
      // Some systems do not open directories.
      log.atDebug().addKeyValue("directory", directory).setCause(e).log("Could not be synced");
    }
    return new JournalSegment(file, new RandomAccessFile(file.toFile(), "rw"), 0, 0);
  }

  /** Finds the readable records of a segment of an earlier run. */
  static JournalSegment recover(Path file) throws IOException {
    try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
      int size = Math.toIntExact(Math.min(reader.length(), Integer.MAX_VALUE));
      int end = 0;
      byte[] event = record(reader, end, size);
      while (event != null) {
        end += HEADER_BYTES + event.length;
        event = record(reader, end, size);
      }
      long damaged = isTorn(reader, end, size) ? 0 : reader.length() - end;
      return new JournalSegment(file, null, end, damaged);
    }
  }

  /** The event at a position; null if no complete and valid record begins there. */
  private static byte @Nullable [] record(RandomAccessFile reader, int at, int size)
      throws IOException {
    int bytes = lengthAt(reader, at, size);
    if (bytes < 0 || bytes > size - at - HEADER_BYTES) {
      return null;
    }
    int expected = reader.readInt();
    byte[] event = new byte[bytes];
    reader.readFully(event);
    return expected == checksum(event) ? event : null;
  }

  /** The length of the event at a position; -1 if no valid length is there. */
  private static int lengthAt(RandomAccessFile reader, int at, int size) throws IOException {
    if (size - at < HEADER_BYTES) {
      return -1;
    }
    reader.seek(at);
    int bytes = reader.readInt();
    return reader.readInt() == checksum(bytes) ? bytes : -1;
  }

  /**
   * Whether a crash during an append explains the bytes after the last valid record: a part of a
   * header, a record that is longer than the file, or bytes that were reserved and not written.
   */
  private static boolean isTorn(RandomAccessFile reader, int end, int size) throws IOException {
    if (size - end < HEADER_BYTES || lengthAt(reader, end, size) > size - end - HEADER_BYTES) {
      return true;
    }
    byte[] rest = new byte[size - end];
    reader.seek(end);
    reader.readFully(rest);
    for (byte each : rest) {
      if (each != 0) {
        return false;
      }
    }
    return true;
  }

  private static int checksum(int length) {
    return checksum(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
  }

  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes);
    return (int) checksum.getValue();
  }

  /**
   * Writes and syncs events. After a failure nothing of them can be read, or the segment is
   * complete.
   */
  void append(List<byte[]> events) throws IOException {
    RandomAccessFile open;
    int start;
    synchronized (this) {
      open = writer;
      start = length;
    }
    if (open == null) {
      throw new IOException("The segment " + file.getFileName() + " is complete");
    }
    ByteBuffer records = ByteBuffer.allocate(Math.toIntExact(bytesOf(events)));
    for (byte[] event : events) {
      records.putInt(event.length).putInt(checksum(event.length));
      records.putInt(checksum(event)).put(event);
    }
    try {
      open.seek(start);
      open.write(records.array());
      open.getFD().sync();
    } catch (IOException e) {
      // After a failed sync the state of the file is unknown. No more is written to it.
      truncate(open, start);
      complete();
      throw e;
    }
    synchronized (this) {
      if (writer == null) {
        throw new IOException("The segment was completed during the write");
      }
      length = start + records.capacity();
    }
  }

  private static void truncate(RandomAccessFile open, int length) {
    try {
      open.setLength(length);
    } catch (IOException e) {
      // The records after the length are sent after the next start. They were not acknowledged.
      log.atWarn().setCause(e).log("A failed write could not be removed from the journal");
    }
  }

  /** Reads events that were not removed, at least one if there is any. */
  Journal.Batch read(int maxEvents, int maxBytes) throws IOException {
    int from;
    int to;
    synchronized (this) {
      from = removed;
      to = length;
    }
    List<byte[]> events = new ArrayList<>();
    int at = from;
    if (at < to) {
      try (RandomAccessFile reader = new RandomAccessFile(file.toFile(), "r")) {
        while (at < to && events.size() < maxEvents && (at - from < maxBytes || at == from)) {
          byte[] event = record(reader, at, to);
          if (event == null) {
            endAt(at);
            break;
          }
          events.add(event);
          at += HEADER_BYTES + event.length;
        }
      } catch (FileNotFoundException e) {
        if (!Files.notExists(file)) {
          // For example, the process has too many open files.
          throw e;
        }
        // Another program deleted the file. The later segments can still be sent.
        endAt(at);
      }
    }
    return new Journal.Batch(this, events, at);
  }

  /** Discards the records from a position on, because one that was on disk cannot be read. */
  private synchronized void endAt(int position) {
    log.atError()
        .addKeyValue("file", file)
        .addKeyValue("bytes", length - position)
        .log("Events in the journal cannot be read; the file, if it exists, is kept as .damaged");
    complete();
    damagedBytes += length - position;
    length = position;
  }

  synchronized void removeUpTo(int position) {
    removed = position;
  }

  synchronized int length() {
    return length;
  }

  synchronized long pendingBytes() {
    return (long) length - removed;
  }

  synchronized long damagedBytes() {
    return damagedBytes;
  }

  synchronized boolean isWritable() {
    return writer != null;
  }

  /** Ends writing. Idempotent. */
  synchronized void complete() {
    RandomAccessFile open = writer;
    writer = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        log.atDebug().setCause(e).log("A segment of the journal could not be closed");
      }
    }
  }

  /** Deletes the file, or keeps it under another name if a part of it could not be read. */
  void delete() {
    try {
      if (damagedBytes() > 0) {
        Path kept = file.resolveSibling(file.getFileName() + DAMAGED);
        if (!Files.notExists(file)) {
          Files.move(file, kept, StandardCopyOption.REPLACE_EXISTING);
        }
      } else {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      log.atWarn()
          .addKeyValue("file", file)
          .setCause(e)
          .log("Could not delete a segment of the journal. Its events will be sent again");
    }
  }
}
