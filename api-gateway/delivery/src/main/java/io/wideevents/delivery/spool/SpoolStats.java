package io.wideevents.delivery.spool;

import java.time.Instant;
import java.util.Optional;

/**
 * What a spool holds at one moment.
 *
 * @param pendingEvents events that wait to be delivered; may be higher than the truth by the number
 *     of damaged events until replay has passed the damage
 * @param refusedEvents events that were set aside for the dead-letter topic
 * @param bytes disk space held by both; shrinks a whole segment at a time
 * @param maxBytes the bound of {@code bytes}
 * @param oldest when the oldest pending event was spooled, about; empty when none is pending
 * @param damage what could not be read since the spool was opened
 * @param trouble why the last append was not taken; empty when it was
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
   * Why events are not taken.
   *
   * @param message in words
   * @param since when it began; the same trouble again does not change it
   */
  public record Trouble(String message, Instant since) {}

  /**
   * What could not be read.
   *
   * @param ranges stretches of acknowledged bytes that hold no intact event, damaged headers,
   *     unreadable files, and gaps where files are missing
   * @param tornTails stretches that a crash left of a write; what was there had not been
   *     acknowledged
   * @param quarantinedFiles files in the quarantine now, those of earlier runs included; they are
   *     for a person to look at and may be deleted
   */
  public record Damage(long ranges, long tornTails, long quarantinedFiles) {
    /** One sentence for people; empty while nothing acknowledged is damaged. */
    public Optional<String> summary() {
      return ranges + quarantinedFiles == 0
          ? Optional.empty()
          : Optional.of(
              "%d damaged places since the start, %d files in quarantine"
                  .formatted(ranges, quarantinedFiles));
    }
  }
}
