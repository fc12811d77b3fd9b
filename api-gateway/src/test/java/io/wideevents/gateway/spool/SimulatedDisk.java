package io.wideevents.gateway.spool;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * A disk that keeps what is written in memory apart from what was synced, has a size, fails on
 * demand, and whose plug can be pulled. Safe for concurrent use.
 */
final class SimulatedDisk implements SpoolFiles {
  private static final int BLOCK = 4096;

  /** A file as the running system sees it, and as the platter holds it. */
  private static final class Content {
    byte[] written = new byte[0];
    byte[] synced = new byte[0];

    /** A sync failed: the system takes the lost pages for clean, and says so from now on. */
    boolean lying;
  }

  private final Map<Path, Content> entries = new HashMap<>();
  private final Map<Path, Content> syncedEntries = new HashMap<>();

  /** Made, and whether that is known to the platter: with a directory goes what is in it. */
  private final Map<Path, Boolean> directories = new HashMap<>();

  private long capacity = Long.MAX_VALUE;
  private long foreignBytes;
  private boolean limitHidden;
  private boolean failLooks;
  private boolean failSyncs;
  private boolean failReads;
  private @Nullable CountDownLatch hang;
  private int syncs;

  synchronized void limitTo(long bytes) {
    capacity = bytes;
  }

  /** Says that there is ample space however little there is, as under a quota. */
  synchronized void hideLimit() {
    limitHidden = true;
  }

  /** Somebody else's files take all that is left, or give it back. */
  synchronized void takeAllSpace(boolean taken) {
    foreignBytes = taken ? Math.max(0, capacity - used()) : 0;
  }

  /** Asking how much space there is fails, in a way that no file system should. */
  synchronized void failLooks(boolean fail) {
    failLooks = fail;
  }

  synchronized void failSyncs(boolean fail) {
    failSyncs = fail;
  }

  synchronized void failReads(boolean fail) {
    failReads = fail;
  }

  /** From now on syncs do not return, until {@link #goOn}. */
  synchronized void hang() {
    hang = new CountDownLatch(1);
  }

  synchronized void goOn() {
    if (hang != null) {
      hang.countDown();
      hang = null;
    }
  }

  /** Syncs of files so far. */
  synchronized int syncs() {
    return syncs;
  }

  synchronized void flipBit(Path file, int byteAt, int bit) throws IOException {
    Content content = content(file);
    content.written[byteAt] ^= (byte) (1 << bit);
  }

  synchronized void put(Path file, byte[] bytes) {
    Content content = new Content();
    content.written = bytes.clone();
    content.synced = bytes.clone();
    entries.put(file, content);
    syncedEntries.put(file, content);
    directories.put(file.getParent(), true);
  }

  /**
   * What is found after the power was cut: synced bytes for certain, of the rest as much as chance
   * had written, possibly the length without the bytes.
   */
  synchronized SimulatedDisk afterPowerCut(Random random) {
    SimulatedDisk disk = new SimulatedDisk();
    Map<Path, Content> survivors = random.nextBoolean() ? syncedEntries : entries;
    // A created file's entry may be there without a sync, but a synced one certainly is.
    Map<Path, Content> found = new HashMap<>(syncedEntries);
    found.putAll(survivors);
    if (random.nextBoolean()) {
      found.keySet().removeIf(file -> !directories.getOrDefault(file.getParent(), true));
    }
    found.forEach((file, content) -> disk.put(file, afterPowerCut(content, random)));
    return disk;
  }

  private static byte[] afterPowerCut(Content content, Random random) {
    int unsynced = content.written.length - content.synced.length;
    int extra = unsynced > 0 ? random.nextInt(unsynced + 1) : 0;
    byte[] found = Arrays.copyOf(content.written, content.synced.length + extra);
    if (random.nextBoolean()) {
      Arrays.fill(found, content.synced.length, found.length, (byte) 0);
    }
    if (random.nextBoolean()) {
      // The note in the header is written over in place and never synced.
      int header = Math.min(SegmentHeader.BYTES, content.synced.length);
      System.arraycopy(content.synced, 0, found, 0, header);
    }
    return found;
  }

  @Override
  public synchronized Appender create(Path file) throws IOException {
    if (entries.containsKey(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Content content = new Content();
    entries.put(file, content);
    return new Appender() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        SimulatedDisk.this.write(content, bytes);
      }

      @Override
      public void sync() throws IOException {
        SimulatedDisk.this.sync(content);
      }

      @Override
      public void close() {}
    };
  }

  private synchronized void write(Content content, ByteBuffer bytes) throws IOException {
    int at = content.written.length;
    int wanted = bytes.remaining();
    long room = blocks(at) - at + Math.max(0, capacity - used() - foreignBytes) / BLOCK * BLOCK;
    int count = (int) Math.min(wanted, room);
    content.written = Arrays.copyOf(content.written, at + count);
    bytes.get(content.written, at, count);
    if (count < wanted) {
      throw new IOException("No space left on device");
    }
  }

  private void sync(Content content) throws IOException {
    CountDownLatch waitFor;
    synchronized (this) {
      syncs++;
      waitFor = hang;
    }
    if (waitFor != null) {
      try {
        waitFor.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    synchronized (this) {
      if (failSyncs) {
        content.lying = true;
        throw new IOException("Input/output error");
      }
      if (!content.lying) {
        content.synced = content.written.clone();
      }
    }
  }

  @Override
  public synchronized void read(Path file, long position, ByteBuffer target) throws IOException {
    if (failReads) {
      throw new IOException("Input/output error");
    }
    byte[] written = content(file).written;
    if (position + target.remaining() > written.length) {
      throw new EOFException(file.toString());
    }
    target.put(written, (int) position, target.remaining());
  }

  @Override
  public synchronized void overwrite(Path file, long position, ByteBuffer bytes)
      throws IOException {
    bytes.get(content(file).written, (int) position, bytes.remaining());
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    return content(file).written.length;
  }

  @Override
  public synchronized List<Path> list(Path directory) {
    return entries.keySet().stream()
        .filter(file -> directory.equals(file.getParent()))
        .sorted()
        .toList();
  }

  @Override
  public synchronized void createDirectories(Path directory) {
    directories.putIfAbsent(directory, false);
  }

  @Override
  public synchronized void syncDirectory(Path directory) {
    syncedEntries.keySet().removeIf(file -> directory.equals(file.getParent()));
    list(directory).forEach(file -> syncedEntries.put(file, entries.get(file)));
    directories.replaceAll((made, synced) -> synced || directory.equals(made.getParent()));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    entries.put(to, content(from));
    entries.remove(from);
  }

  @Override
  public synchronized void delete(Path file) {
    entries.remove(file);
  }

  @Override
  public synchronized long usableBytes(Path directory) {
    if (failLooks) {
      throw new InternalError("a fault in a recent unsafe memory access");
    }
    return limitHidden ? Long.MAX_VALUE : Math.max(0, capacity - used() - foreignBytes);
  }

  private Content content(Path file) throws NoSuchFileException {
    Content content = entries.get(file);
    if (content == null) {
      throw new NoSuchFileException(file.toString());
    }
    return content;
  }

  private long used() {
    return entries.values().stream().mapToLong(content -> blocks(content.written.length)).sum();
  }

  private static long blocks(long bytes) {
    return (bytes + BLOCK - 1) / BLOCK * BLOCK;
  }
}
