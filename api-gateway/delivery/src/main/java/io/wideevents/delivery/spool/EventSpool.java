package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventId;
import io.wideevents.time.ClosingTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps finalized events on local disk while neither Kafka nor MongoDB takes events. {@link
 * SpoolReplayer} delivers them in arrival order when a tier takes events again.
 *
 * <p>An event that was acknowledged as {@code Spooled} survives the death of the process and of the
 * machine. Its segment is deleted after Kafka, MongoDB or the dead-letter topic has acknowledged
 * every event of the segment. Disk use stays below the configured limit, and memory does not grow
 * with the backlog. Damaged files are quarantined and counted, and every event that can still be
 * read is delivered. Replaying, deleting and starting need no free disk space, so the spool can be
 * drained on a full disk.
 *
 * <pre>
 * spool.lock       held while a gateway uses the directory
 * pending/         segments
 * refused/         rejected events of an earlier format; only read
 * quarantine/      files that were damaged or are not ours
 * </pre>
 *
 * <p>Safe for concurrent appends. Owned, and closed, by the gateway's application.
 */
public final class EventSpool implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(EventSpool.class);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  /** Bytes that {@link #find} reads at most. */
  private static final long MAX_SEARCH_BYTES = 256L << 20;

  private final SpoolDirectory directory;
  private final SpoolSettings settings;
  private final RecordDecoder decoder;
  private final SpoolFiles files;
  private final InstantSource clock;
  private final SpoolDamage damage;
  private final SegmentLog log;
  private final SpoolTrouble trouble;
  private final GroupCommit writer;

  private EventSpool(
      SpoolDirectory directory,
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing)
      throws IOException {
    this.directory = directory;
    this.settings = settings;
    this.files = files;
    this.decoder = decoder;
    this.clock = clock;
    this.trouble = new SpoolTrouble(clock);
    this.damage = SpoolDamage.open(directory.quarantine(), files);
    this.log = new SegmentLog(directory.pending(), files, settings.segmentBytes(), clock, damage);
    SpoolBounds bounds =
        new SpoolBounds(settings, log::bytes, () -> files.usableBytes(directory.path()));
    this.writer = new GroupCommit(log, bounds, trouble, () -> closing.grant(STOP_TIMEOUT));
  }

  /**
   * Locks the directory, recovers the segments of earlier runs and starts the writer. Blocks for
   * reading the header of every segment and the whole newest segment.
   *
   * @param decoder turns stored events into documents, for the MongoDB tier
   * @param closing bounds the time to close, in addition to the limit of five seconds
   * @throws SpoolUnavailableException if the directory is in use or cannot be written
   */
  public static EventSpool open(
      SpoolSettings settings, RecordDecoder decoder, InstantSource clock, ClosingTime closing) {
    return open(settings, new DiskFiles(), decoder, clock, closing);
  }

  /** Opens a spool that may take the full five seconds to close. */
  public static EventSpool open(
      SpoolSettings settings, RecordDecoder decoder, InstantSource clock) {
    return open(settings, decoder, clock, new ClosingTime(STOP_TIMEOUT));
  }

  /** Whether a spool was ever opened in the directory. Creates and locks nothing. */
  public static boolean isIn(Path directory) {
    return Files.isDirectory(SpoolDirectory.pending(directory));
  }

  static EventSpool open(
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing) {
    EventSpool spool =
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
  static EventSpool openStepped(
      SpoolSettings settings, SpoolFiles files, RecordDecoder decoder, InstantSource clock) {
    EventSpool spool =
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

  private static EventSpool open(
      SpoolDirectory directory,
      SpoolSettings settings,
      SpoolFiles files,
      RecordDecoder decoder,
      InstantSource clock,
      ClosingTime closing) {
    try {
      EventSpool spool = new EventSpool(directory, settings, files, decoder, clock, closing);
      spool.log.start(directory.refused());
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

  /**
   * Stores all of the events or none. Does not block. Many callers share one disk sync, which
   * typically takes less than 10 ms.
   *
   * <p>The future completes on the spool's writer thread, which dependents must not block. The
   * future never completes exceptionally.
   *
   * @param events at least one
   */
  public CompletableFuture<SpoolOutcome> append(List<EncodedEvent> events) {
    Instant now = clock.instant();
    // The caller's thread encodes, so that the writer thread only does disk work.
    return writer.append(
        events.stream().map(event -> Frame.encode(StoredEvent.pending(event, now))).toList());
  }

  /** Receives events of {@link #forEach}. */
  @FunctionalInterface
  public interface Reader {
    void read(SpooledEvent event) throws IOException;
  }

  /**
   * Passes every event that is not acknowledged to the reader, oldest first. Blocks for the disk.
   * Events that cannot be read are skipped and counted. Removes nothing.
   *
   * @throws IOException only if the reader throws it
   */
  public void forEach(Reader reader) throws IOException {
    for (Segment segment : log.segments()) {
      SegmentPass pass = read(segment);
      for (Optional<SpooledEvent> next = next(pass, segment);
          next.isPresent();
          next = next(pass, segment)) {
        reader.read(next.get());
      }
    }
  }

  private Optional<SpooledEvent> next(SegmentPass pass, Segment segment) {
    try {
      return pass.next();
    } catch (IOException e) {
      log.readFailed(segment, e);
      return Optional.empty();
    }
  }

  /**
   * Looks for an event, in the newest segment first. Blocks for the disk. Reads at most 256 MiB,
   * and holds 256 KiB or one event in memory. Changes nothing, and does not wait for an append or a
   * replay. An event that the replay has delivered is found until its segment is deleted.
   */
  public SpoolLookUp find(EventId id) {
    return new SegmentSearch(files, id, MAX_SEARCH_BYTES).in(log.segments().reversed());
  }

  /** The segments, for the replay. */
  SegmentLog segments() {
    return log;
  }

  SegmentPass read(Segment segment) {
    return log.read(segment, decoder);
  }

  /** The content of the spool now. Does not wait for the disk. */
  public SpoolStats stats() {
    List<Segment> segments = log.segments();
    return new SpoolStats(
        segments.stream().mapToLong(Segment::pending).sum(),
        segments.stream().mapToLong(Segment::refused).sum(),
        log.bytes(),
        settings.maxBytes(),
        segments.stream().filter(segment -> segment.pending() > 0).map(Segment::oldest).findFirst(),
        damage.stats(),
        trouble.current());
  }

  /**
   * Rejects further events, waits for the events already accepted, and releases the directory.
   * Waits at most 5 s and at most the time the process has left to end. Idempotent. The events stay
   * on disk for the next start.
   */
  @Override
  public void close() {
    if (!writer.stop()) {
      // The directory stays locked until the process ends, because its files may still be written.
      LOG.atError()
          .addKeyValue("directory", directory.path())
          .log("The spool's disk does not answer; the last events were not confirmed");
      return;
    }
    log.close();
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
