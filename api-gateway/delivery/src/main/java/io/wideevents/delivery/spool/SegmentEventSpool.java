package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.ClosingTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spool in append-only segment files, with one checksum per event. Reading, removing and starting
 * need no free disk space, so the spool can be drained on a full disk.
 *
 * <pre>
 * spool.lock       held while a gateway uses the directory
 * pending/         segments that wait to be delivered
 * refused/         segments of events that a tier rejected
 * quarantine/      files that were damaged or are not ours
 * </pre>
 */
public final class SegmentEventSpool implements EventSpool {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentEventSpool.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final SpoolDirectory directory;
  private final SpoolSettings settings;
  private final InstantSource clock;
  private final SegmentLog pending;
  private final SegmentLog refused;
  private final Quarantine quarantine;
  private final DamageCounter damage;
  private final SpoolTrouble trouble;
  private final GroupCommit writer;

  private SegmentEventSpool(
      SpoolDirectory directory,
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing)
      throws IOException {
    this.directory = directory;
    this.settings = settings;
    this.clock = clock;
    this.trouble = new SpoolTrouble(clock);
    this.damage = new DamageCounter();
    this.quarantine = Quarantine.open(directory.quarantine(), files);
    int segmentBytes = settings.segmentBytes();
    this.pending =
        new SegmentLog(
            directory.pending(), files, segmentBytes, decoder, clock, quarantine, damage);
    this.refused =
        new SegmentLog(
            directory.refused(), files, segmentBytes, decoder, clock, quarantine, damage);
    SpoolBounds bounds =
        new SpoolBounds(settings, this::bytes, () -> files.usableBytes(directory.path()));
    this.writer = new GroupCommit(pending, bounds, trouble, () -> closing.grant(STOP_TIMEOUT));
  }

  /**
   * Locks the directory, recovers the segments of earlier runs and starts the writer. Blocks while
   * it reads the header of every segment and the whole newest segment.
   *
   * @param decoder turns stored events into documents, for the MongoDB tier
   * @param closing bounds the time to close, in addition to the limit of five seconds
   * @throws SpoolUnavailableException if the directory is in use or cannot be written
   */
  public static SegmentEventSpool open(
      SpoolSettings settings, RecordDecoder decoder, InstantSource clock, ClosingTime closing) {
    return open(settings, new DiskFiles(), decoder, clock, closing);
  }

  /** As the other method, with the full five seconds to close. */
  public static SegmentEventSpool open(
      SpoolSettings settings, RecordDecoder decoder, InstantSource clock) {
    return open(settings, decoder, clock, new ClosingTime(STOP_TIMEOUT));
  }

  /** Whether a spool was ever opened in the directory. Creates and locks nothing. */
  public static boolean isIn(Path directory) {
    return Files.isDirectory(SpoolDirectory.pending(directory));
  }

  static SegmentEventSpool open(
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing) {
    SegmentEventSpool spool =
        open(SpoolDirectory.take(settings.directory()), settings, files, decoder, clock, closing);
    try {
      spool.writer.start();
      return spool;
    } catch (RuntimeException | Error e) {
      spool.close();
      throw e;
    }
  }

  /**
   * Opens a spool without a thread, for a simulation on one thread. Appended events wait until
   * {@link #writeOnce}. Takes no lock, because the directory exists only in {@code files}.
   *
   * @throws SpoolUnavailableException if the files cannot be listed or made
   */
  static SegmentEventSpool openStepped(
      SpoolSettings settings, SpoolFiles files, RecordDecoder decoder, InstantSource clock) {
    SegmentEventSpool spool =
        open(
            SpoolDirectory.simulated(settings.directory()),
            settings,
            files,
            decoder,
            clock,
            new ClosingTime(STOP_TIMEOUT));
    spool.lookForRoom();
    return spool;
  }

  private static SegmentEventSpool open(
      SpoolDirectory directory,
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing) {
    try {
      SegmentEventSpool spool =
          new SegmentEventSpool(directory, settings, files, decoder, clock, closing);
      spool.pending.start();
      spool.refused.start();
      // If a power failure undoes the creation of a directory, every file synced in it is lost too.
      files.syncDirectory(directory.path());
      return spool;
    } catch (IOException e) {
      directory.close();
      throw SpoolDirectory.notWritable(settings.directory(), e);
    } catch (RuntimeException | Error e) {
      // A bug, or no memory. The directory must not stay locked for the life of the process.
      directory.close();
      throw e;
    }
  }

  /**
   * Writes and completes one group of appended events, on a spool without a thread.
   *
   * @return whether events waited
   */
  boolean writeOnce() {
    return writer.runOnce();
  }

  /** The check that the writer thread makes every two seconds while it is idle. */
  void lookForRoom() {
    writer.lookForRoom();
  }

  @Override
  public CompletableFuture<SpoolOutcome> append(List<EncodedEvent> events) {
    Instant now = clock.instant();
    // The caller's thread encodes, so that the writer thread only does disk work.
    return writer.append(
        events.stream().map(event -> Frame.encode(StoredEvent.pending(event, now))).toList());
  }

  @Override
  public SpoolQueue pending() {
    return pending;
  }

  @Override
  public SpoolQueue refused() {
    return refused;
  }

  @Override
  public void setAside(List<Refusal> refusals) {
    if (refusals.isEmpty()) {
      return;
    }
    try {
      refused.append(
          refusals.stream().map(refusal -> Frame.encode(StoredEvent.refused(refusal))).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Could not set %d refused events aside in %s; they stay pending"
              .formatted(refusals.size(), directory.refused()),
          e);
    }
    pending.remove(refusals.stream().map(Refusal::event).toList());
  }

  @Override
  public SpoolStats stats() {
    SegmentLog.Holding waiting = pending.holding();
    return new SpoolStats(
        waiting.events(),
        refused.holding().events(),
        bytes(),
        settings.maxBytes(),
        waiting.oldest(),
        new SpoolStats.Damage(damage.ranges(), damage.tornTails(), quarantine.count()),
        trouble.current());
  }

  private long bytes() {
    return pending.bytes() + refused.bytes();
  }

  @Override
  public void close() {
    if (!writer.stop()) {
      // The directory stays locked until the process ends, because its files may still be written.
      LOG.atError()
          .addKeyValue("directory", directory.path())
          .log("The spool's disk does not answer; the last events were not confirmed");
      return;
    }
    pending.close();
    refused.close();
    directory.close();
    SpoolStats left = stats();
    if (left.pendingEvents() + left.refusedEvents() > 0) {
      LOG.atWarn()
          .addKeyValue("directory", directory.path())
          .addKeyValue("pendingEvents", left.pendingEvents())
          .addKeyValue("refusedEvents", left.refusedEvents())
          .log("Events stay in the spool until a gateway with this directory starts again");
    }
  }
}
