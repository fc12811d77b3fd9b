package io.wideevents.delivery.spool;

import java.util.Comparator;

/**
 * A position in a {@link SpoolQueue}; later events have greater positions.
 *
 * @param segment number of the segment, growing; 0 is before all
 * @param offset bytes from the beginning of the segment
 */
public record SpoolPosition(long segment, int offset) implements Comparable<SpoolPosition> {
  /** Before every event. */
  public static final SpoolPosition START = new SpoolPosition(0, 0);

  private static final Comparator<SpoolPosition> ORDER =
      Comparator.comparingLong(SpoolPosition::segment).thenComparingInt(SpoolPosition::offset);

  @Override
  public int compareTo(SpoolPosition other) {
    return ORDER.compare(this, other);
  }
}
