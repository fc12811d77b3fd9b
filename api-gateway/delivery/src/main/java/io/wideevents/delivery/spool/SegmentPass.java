package io.wideevents.delivery.spool;

import io.wideevents.codec.RecordDecoder;
import io.wideevents.delivery.spool.FrameReader.Found;
import java.io.IOException;
import java.util.Optional;

/** Reads the events of a segment that are not acknowledged, oldest first. Used by one thread. */
final class SegmentPass {
  private final Segment segment;
  private final FrameReader frames;
  private final SpoolDamage damage;
  private final RecordDecoder decoder;
  private final int limit;
  private int index;

  SegmentPass(Segment segment, SpoolFiles files, SpoolDamage damage, RecordDecoder decoder) {
    this.segment = segment;
    this.limit = segment.length();
    this.frames = new FrameReader(files, segment.file(), segment.firstOffset(), limit);
    this.damage = damage;
    this.decoder = decoder;
    this.index = segment.firstEvent();
  }

  /**
   * The next event; empty at the end. Blocks for the disk. Damaged bytes are reported once and
   * skipped.
   */
  Optional<SpooledEvent> next() throws IOException {
    while (!segment.isAcknowledgedFrom(index)) {
      switch (frames.next()) {
        case Found.Intact frame -> {
          segment.intact(frame.from(), index);
          int event = index++;
          if (frame.to() == limit) {
            // Known before the next call, so that the answer for its last event frees the segment.
            segment.passed(index, limit);
          }
          if (segment.read(event, frame)) {
            return Optional.of(
                segment.withReason(new SpooledEvent(segment, event, frame.event(), decoder)));
          }
        }
        case Found.Damaged range -> {
          if (segment.damage(range.from(), range.to(), index)) {
            damage.range(segment.file(), range.from(), range.to());
          }
        }
        case Found.End end -> {
          segment.passed(index, limit);
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }
}
