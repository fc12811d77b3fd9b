package io.wideevents.delivery.spool;

import java.nio.file.Path;

/**
 * The directory and the limits of the spool.
 *
 * @param directory created if absent; used by one gateway at a time
 * @param maxBytes disk space the spool may use, at least 1 MiB; further events are rejected
 * @param minFreeBytes disk space that must stay free, 0 or more; an event that would use it is
 *     rejected
 * @param replayEventsPerSecond maximum replay rate, at least 1; the limit leaves capacity of the
 *     tiers to live traffic
 */
public record SpoolSettings(
    Path directory, long maxBytes, long minFreeBytes, int replayEventsPerSecond) {
  public static final long DEFAULT_MAX_BYTES = 2L << 30;
  public static final long DEFAULT_MIN_FREE_BYTES = 256L << 20;
  public static final int DEFAULT_REPLAY_EVENTS_PER_SECOND = 5_000;

  private static final long LEAST_BYTES = 1 << 20;
  private static final int LEAST_SEGMENT_BYTES = 64 << 10;
  private static final int MOST_SEGMENT_BYTES = 16 << 20;

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
