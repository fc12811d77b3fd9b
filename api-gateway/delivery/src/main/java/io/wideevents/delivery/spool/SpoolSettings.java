package io.wideevents.delivery.spool;

import java.nio.file.Path;

/**
 * Where the spool lies and how far it may grow.
 *
 * @param directory made when absent; used by one gateway at a time
 * @param maxBytes disk space the spool may hold, at least 1 MiB; beyond it events are refused
 * @param minFreeBytes disk space that stays free for others, 0 or more; an event that would take it
 *     is refused
 * @param replayEventsPerSecond how fast a backlog is replayed at most, at least 1: what is left of
 *     the tiers' strength belongs to live traffic
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
   * Size at which a segment file is full. Space comes back a whole segment at a time, so it is a
   * small share of the bound; yet not so small that a long backlog is thousands of files.
   */
  int segmentBytes() {
    return Math.clamp(maxBytes / 32, LEAST_SEGMENT_BYTES, MOST_SEGMENT_BYTES);
  }
}
