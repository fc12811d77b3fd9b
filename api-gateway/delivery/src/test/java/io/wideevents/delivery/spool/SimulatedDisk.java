package io.wideevents.delivery.spool;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that distinguishes written bytes from synced bytes. It has a size, and can fail,
 * damage its content or lose power. After a kill the next process sees every written byte. After a
 * power cut the synced bytes are on the disk. Each other block and each unsynced change of a
 * directory may be on the disk or not. Safe for concurrent use.
 */
public final class SimulatedDisk implements SpoolFiles {
  private static final int BLOCK = 4096;
  private static final int SECTOR = 512;

  /** A file as the running system sees it, and as it is on the platter. */
  private static final class Content {
    byte[] written = new byte[0];
    byte[] synced = new byte[0];

    /** A sync failed. From then on the system treats the lost pages as clean. */
    boolean lying;

    Content copy() {
      Content copy = new Content();
      copy.written = written.clone();
      copy.synced = synced.clone();
      copy.lying = lying;
      return copy;
    }
  }

  /** A change of a directory that may not be on the platter. */
  private record Change(@Nullable Path from, @Nullable Path to, Content content) {
    boolean isIn(Path directory) {
      return (from != null && directory.equals(from.getParent()))
          || (to != null && directory.equals(to.getParent()));
    }

    void applyTo(Map<Path, Content> files) {
      if (from != null && !files.remove(from, content)) {
        return;
      }
      if (to != null) {
        files.put(to, content);
      }
    }
  }

  private final Map<Path, Content> entries = new HashMap<>();
  private final Map<Path, Content> syncedEntries = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();

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
  private long readBytes;
  private long operations;
  private long lastOperation = Long.MAX_VALUE;

  public synchronized void limitTo(long bytes) {
    capacity = bytes;
  }

  /** Reports much free space even if there is little, as with a quota. */
  public synchronized void hideLimit() {
    limitHidden = true;
  }

  /** Files of other programs take all free space, or release it. */
  public synchronized void takeAllSpace(boolean taken) {
    foreignBytes = taken ? Math.max(0, capacity - used()) : 0;
  }

  /** The query of the free space fails with an exception that no file system should throw. */
  public synchronized void failLooks(boolean fail) {
    failLooks = fail;
  }

  /** From now on every sync of a file fails, and the unsynced bytes are lost. */
  public synchronized void failSyncs(boolean fail) {
    failSyncs = fail;
  }

  public synchronized void failReads(boolean fail) {
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
  public synchronized int syncs() {
    return syncs;
  }

  /** Bytes read so far. */
  public synchronized long readBytes() {
    return readBytes;
  }

  /** Writes, syncs and changes of directories so far. */
  public synchronized long operations() {
    return operations;
  }

  /** Cuts the power after as many more operations; from then on everything fails. */
  public synchronized void cutPowerAfter(long moreOperations) {
    lastOperation = operations + moreOperations;
  }

  /** Whether the power was cut. */
  public synchronized boolean isOff() {
    return operations > lastOperation;
  }

  /** Flips one bit, on the platter as well. */
  public synchronized void flipBit(Path file, int byteAt, int bit) throws IOException {
    Content content = content(file);
    content.written[byteAt] ^= (byte) (1 << bit);
    if (content.written != content.synced && byteAt < content.synced.length) {
      content.synced[byteAt] ^= (byte) (1 << bit);
    }
  }

  /** A file as the running system sees it. */
  public synchronized byte[] bytes(Path file) throws IOException {
    return content(file).written.clone();
  }

  /** Creates or replaces a file, on the platter as well. */
  public synchronized void put(Path file, byte[] bytes) {
    Content content = new Content();
    content.written = bytes.clone();
    content.synced = bytes.clone();
    entries.put(file, content);
    syncedEntries.put(file, content);
    changes.removeIf(change -> file.equals(change.from) || file.equals(change.to));
    directories.put(file.getParent(), true);
  }

  /** Deletes a file, on the platter as well, as an operator may do by mistake. */
  public synchronized void lose(Path file) {
    entries.remove(file);
    syncedEntries.remove(file);
    changes.removeIf(change -> file.equals(change.from) || file.equals(change.to));
  }

  /**
   * The disk after a kill of the process: every written byte is there. Bytes that were not synced
   * stay unsynced, and a later power cut may lose them.
   */
  public synchronized SimulatedDisk afterKill() {
    SimulatedDisk disk = new SimulatedDisk();
    Map<Content, Content> copies = new IdentityHashMap<>();
    UnaryOperator<Content> copy = content -> copies.computeIfAbsent(content, Content::copy);
    entries.forEach((file, content) -> disk.entries.put(file, copy.apply(content)));
    syncedEntries.forEach((file, content) -> disk.syncedEntries.put(file, copy.apply(content)));
    changes.forEach(
        change -> disk.changes.add(new Change(change.from, change.to, copy.apply(change.content))));
    disk.directories.putAll(directories);
    return disk;
  }

  /**
   * The disk after a power cut. The synced bytes are there. Of the other bytes a random part is
   * there, possibly the length without the bytes. Of the unsynced changes of directories, the first
   * few or any are there.
   */
  public synchronized SimulatedDisk afterPowerCut(Random random) {
    SimulatedDisk disk = new SimulatedDisk();
    Map<Path, Content> found = new HashMap<>(syncedEntries);
    boolean inOrder = random.nextBoolean();
    int first = random.nextInt(changes.size() + 1);
    for (int i = 0; i < changes.size(); i++) {
      if (inOrder ? i < first : random.nextBoolean()) {
        changes.get(i).applyTo(found);
      }
    }
    if (random.nextBoolean()) {
      found.keySet().removeIf(file -> !directories.getOrDefault(file.getParent(), true));
    }
    found.forEach((file, content) -> disk.put(file, afterPowerCut(content, random)));
    return disk;
  }

  private static byte[] afterPowerCut(Content content, Random random) {
    int unsynced = content.written.length - content.synced.length;
    int extra = unsynced > 0 && random.nextInt(4) > 0 ? random.nextInt(unsynced + 1) : unsynced;
    byte[] found = Arrays.copyOf(content.synced, content.synced.length + extra);
    int block = random.nextBoolean() ? BLOCK : SECTOR;
    int chanceOfBlock = random.nextInt(5);
    for (int at = 0; at < found.length; at += block) {
      if (random.nextInt(4) < chanceOfBlock) {
        System.arraycopy(content.written, at, found, at, Math.min(block, found.length - at));
      }
    }
    return found;
  }

  private void operate() throws IOException {
    operations++;
    if (isOff()) {
      throw new IOException("The power is off");
    }
  }

  @Override
  public synchronized Appender create(Path file) throws IOException {
    operate();
    if (entries.containsKey(file)) {
      throw new FileAlreadyExistsException(file.toString());
    }
    Content content = new Content();
    change(new Change(null, file, content));
    return new Appender() {
      @Override
      public void write(ByteBuffer bytes) throws IOException {
        SimulatedDisk.this.write(content, bytes);
      }

      @Override
      public void overwrite(long position, ByteBuffer bytes) throws IOException {
        SimulatedDisk.this.overwrite(content, position, bytes);
      }

      @Override
      public void sync() throws IOException {
        SimulatedDisk.this.sync(content);
      }

      @Override
      public void close() {}
    };
  }

  private void change(Change change) {
    changes.add(change);
    change.applyTo(entries);
  }

  private synchronized void write(Content content, ByteBuffer bytes) throws IOException {
    operate();
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

  private synchronized void overwrite(Content content, long position, ByteBuffer bytes)
      throws IOException {
    operate();
    bytes.get(content.written, (int) position, bytes.remaining());
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
      operate();
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
    if (failReads || isOff()) {
      throw new IOException("Input/output error");
    }
    byte[] written = content(file).written;
    if (position + target.remaining() > written.length) {
      throw new EOFException(file.toString());
    }
    readBytes += target.remaining();
    target.put(written, (int) position, target.remaining());
  }

  @Override
  public void sync(Path file) throws IOException {
    sync(content(file));
  }

  @Override
  public synchronized long size(Path file) throws IOException {
    return content(file).written.length;
  }

  @Override
  public synchronized boolean exists(Path file) {
    return entries.containsKey(file);
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
  public synchronized void syncDirectory(Path directory) throws IOException {
    operate();
    for (Change change : changes) {
      if (change.isIn(directory)) {
        change.applyTo(syncedEntries);
      }
    }
    changes.removeIf(change -> change.isIn(directory));
    directories.replaceAll((made, synced) -> synced || directory.equals(made.getParent()));
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    operate();
    change(new Change(from, to, content(from)));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    operate();
    Content content = entries.get(file);
    if (content != null) {
      change(new Change(file, null, content));
    }
  }

  @Override
  public synchronized long usableBytes(Path directory) {
    if (failLooks) {
      throw new InternalError("a fault in a recent unsafe memory access");
    }
    return limitHidden ? Long.MAX_VALUE : Math.max(0, capacity - used() - foreignBytes);
  }

  private synchronized Content content(Path file) throws NoSuchFileException {
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
