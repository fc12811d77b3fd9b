package io.wideevents.delivery.spool;

/**
 * The drained part of a segment, as its header stores it. Without the note a start scans the whole
 * file, and replay delivers again what was delivered already.
 *
 * @param sealedLength length of a segment that takes no more events; 0 while it may
 * @param sealedEvents events in such a segment
 * @param drainedTo end of the drained frames at the front of the segment
 * @param drainedEvents events before that offset
 * @param absentTo number of the last of the segments directly after this one whose absence is
 *     accounted for; 0 if there is none
 */
record DrainNote(
    int sealedLength, int sealedEvents, int drainedTo, int drainedEvents, long absentTo) {

  /**
   * A note of a segment from which nothing is drained.
   *
   * @param start offset of the first frame
   */
  static DrainNote none(int start) {
    return new DrainNote(0, 0, start, 0, 0);
  }

  /**
   * Whether the offsets and counts are possible for a file of this size whose frames begin at
   * {@code start}.
   */
  boolean fits(int start, long fileBytes) {
    return drainedTo >= start && drainedTo <= fileBytes && drainedEvents >= 0 && sealedEvents >= 0;
  }
}
