package io.wideevents.delivery.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * The state of a spool at one moment.
 *
 * @param pendingEvents events that wait for delivery. After a start this includes events of a
 *     remaining segment that an earlier process delivered. Damaged events count until the replay
 *     has read their segment.
 * @param refusedEvents events that a tier rejected and that wait for the dead-letter topic
 * @param bytes disk space of both; shrinks one whole segment at a time
 * @param maxBytes the limit of {@code bytes}
 * @param oldest approximate time when the oldest pending event was spooled; empty if none is
 *     pending
 * @param damage unreadable data found since the spool was opened
 * @param trouble why the last append was rejected; empty if it was accepted
 */
public record SpoolStats(
    long pendingEvents,
    long refusedEvents,
    long bytes,
    long maxBytes,
    Optional<Instant> oldest,
    Damage damage,
    Optional<Trouble> trouble) {

  /**
   * Why events are rejected.
   *
   * @param message in words
   * @param since when the trouble began; a repetition does not change this time
   */
  public record Trouble(String message, Instant since) {}

  /**
   * Unreadable data.
   *
   * @param ranges ranges of acknowledged bytes without an intact event, damaged headers, unreadable
   *     files, and files of another version
   * @param tornTails remains of a write that a crash interrupted; these bytes were not acknowledged
   * @param quarantinedFiles files in the quarantine now, including those of earlier runs; an
   *     operator may inspect and delete them
   */
  public record Damage(long ranges, long tornTails, long quarantinedFiles) {
    /** One sentence for operators; empty while no acknowledged data is damaged. */
    public Optional<String> summary() {
      return ranges + quarantinedFiles == 0
          ? Optional.empty()
          : Optional.of(
              "%d damaged places since the start, %d files in quarantine"
                  .formatted(ranges, quarantinedFiles));
    }
  }
}
