package io.wideevents.delivery.spool;

import static io.wideevents.config.SettingType.bytes;
import static io.wideevents.config.SettingType.integer;
import static io.wideevents.config.SettingType.path;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * The directory and the limits of the spool.
 *
 * @param directory created if absent; used by one gateway at a time
 * @param maxBytes disk space the spool may use, at least 1 MiB; further events are rejected
 * @param minFreeBytes disk space that must stay free, 0 or more; an event that would use this space
 *     is rejected
 * @param replayEventsPerSecond maximum replay rate, at least 1; keeps capacity of the tiers free
 *     for live traffic
 */
public record SpoolSettings(
    Path directory, long maxBytes, long minFreeBytes, int replayEventsPerSecond) {
  public static final long DEFAULT_MAX_BYTES = 2L << 30;
  public static final long DEFAULT_MIN_FREE_BYTES = 256L << 20;
  public static final int DEFAULT_REPLAY_EVENTS_PER_SECOND = 5_000;

  private static final long LEAST_BYTES = 1 << 20;
  private static final int LEAST_SEGMENT_BYTES = 64 << 10;
  private static final int MOST_SEGMENT_BYTES = 16 << 20;
  private static final long TEBIBYTE = 1L << 40;

  public SpoolSettings {
    if (maxBytes < LEAST_BYTES) {
      throw new IllegalArgumentException(
          "maxBytes=%d is under %d (1 MiB)".formatted(maxBytes, LEAST_BYTES));
    }
    if (minFreeBytes < 0) {
      throw new IllegalArgumentException("minFreeBytes=" + minFreeBytes + " is negative");
    }
    if (replayEventsPerSecond < 1) {
      throw new IllegalArgumentException(
          "replayEventsPerSecond=" + replayEventsPerSecond + " is not positive");
    }
  }

  /** Reads the settings. */
  public static Supplier<SpoolSettings> read(SettingsReader settings) {
    SettingValue<Path> directory = directory(settings);
    SettingValue<Long> maxBytes = maxBytes(settings);
    SettingValue<Long> minFreeBytes =
        settings
            .read("SPOOL_MIN_FREE_BYTES", bytes(0, TEBIBYTE))
            .byDefault("256MiB")
            .means("Disk space that the spool leaves free, even below SPOOL_MAX_BYTES.");
    SettingValue<Integer> replayRate =
        settings
            .read("SPOOL_REPLAY_RATE", integer(1, 1_000_000))
            .byDefault("5000")
            .unit("events a second")
            .means(
                "Maximum rate at which the spool is replayed. The limit leaves capacity for"
                    + " live traffic.");

    CommonSettings.checkHoldsEvents(settings, maxBytes, 2);
    return () ->
        new SpoolSettings(directory.get(), maxBytes.get(), minFreeBytes.get(), replayRate.get());
  }

  /** Reads the directory alone, for commands. */
  public static SettingValue<Path> directory(SettingsReader settings) {
    return settings
        .read("SPOOL_DIR", path())
        .byDefault("spool")
        .example("/var/lib/wide-events/spool")
        .means(
            "Directory of the spool, which stores events while Kafka and MongoDB are both"
                + " down. It must be on a disk that outlives the process, and belongs to one"
                + " gateway at a time. A relative path starts at the working directory.");
  }

  /** Reads the maximum size alone, for commands. */
  public static SettingValue<Long> maxBytes(SettingsReader settings) {
    return settings
        .read("SPOOL_MAX_BYTES", bytes(LEAST_BYTES, TEBIBYTE))
        .byDefault("2GiB")
        .means(
            "Maximum disk space of the spool. When the spool is full, events are answered"
                + " with 503.");
  }

  /** The defaults, in the given directory. */
  public static SpoolSettings in(Path directory) {
    return new SpoolSettings(
        directory, DEFAULT_MAX_BYTES, DEFAULT_MIN_FREE_BYTES, DEFAULT_REPLAY_EVENTS_PER_SECOND);
  }

  /**
   * Size at which a segment file is full. Space is freed one whole segment at a time, so a segment
   * is a small part of the limit. The minimum size prevents thousands of files for a long backlog.
   */
  int segmentBytes() {
    return Math.clamp(maxBytes / 32, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
  }
}
