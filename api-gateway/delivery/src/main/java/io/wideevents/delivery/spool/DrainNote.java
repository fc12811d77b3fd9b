package io.wideevents.delivery.spool;

/**
 * How far a segment has been drained, as its header says. It saves work: without it, a start scans
 * the file and replay repeats what was delivered already.
 *
 * @param sealedLength length of a segment that takes no more events; 0 while it may
 * @param sealedEvents events in such a segment
 * @param drainedTo end of the drained frames at the segment's front
 * @param drainedEvents events before that offset
 * @param absentTo number of the last segment, counted from this one without a break, whose absence
 *     is accounted for; 0 if there is none
 */
record DrainNote(
    int sealedLength, int sealedEvents, int drainedTo, int drainedEvents, long absentTo) {

  /** Nothing is drained: the first frame begins at {@code start}. */
  static DrainNote none(int start) {
    return new DrainNote(0, 0, start, 0, 0);
  }

  /** Whether offsets and counts fit a file of this size whose frames begin at {@code start}. */
  boolean fits(int start, long fileBytes) {
    return drainedTo >= start && drainedTo <= fileBytes && drainedEvents >= 0 && sealedEvents >= 0;
  }
}
