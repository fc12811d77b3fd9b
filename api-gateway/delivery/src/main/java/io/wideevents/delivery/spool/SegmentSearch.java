package io.wideevents.delivery.spool;

import io.wideevents.delivery.spool.FrameReader.Found;
import io.wideevents.event.EventId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Looks for an event in segment files. Only reads: it records nothing about a segment, so that it
 * can run beside the appends and the replay. Used by one thread, for one search.
 */
final class SegmentSearch {
  private final SpoolFiles files;
  private final EventId id;
  private long bytesLeft;
  private boolean complete = true;

  /**
   * @param maxBytes after which the search ends
   */
  SegmentSearch(SpoolFiles files, EventId id, long maxBytes) {
    this.files = files;
    this.id = id;
    this.bytesLeft = maxBytes;
  }

  SpoolLookUp in(List<Segment> segments) {
    for (Segment segment : segments) {
      Optional<Instant> found = in(segment);
      if (found.isPresent()) {
        return new SpoolLookUp(found, complete);
      }
    }
    return new SpoolLookUp(Optional.empty(), complete);
  }

  private Optional<Instant> in(Segment segment) {
    FrameReader frames =
        new FrameReader(files, segment.file(), segment.firstOffset(), segment.length());
    try {
      while (bytesLeft > 0) {
        switch (frames.next()) {
          case Found.Intact frame -> {
            bytesLeft -= frame.to() - frame.from();
            if (frame.event().id().equals(id)) {
              return Optional.of(frame.event().spooledAt());
            }
          }
          case Found.Damaged range -> bytesLeft -= range.to() - range.from();
          case Found.End end -> {
            return Optional.empty();
          }
        }
      }
      complete = false;
    } catch (NoSuchFileException e) {
      // The replay has delivered the events of the segment and deleted it.
    } catch (IOException e) {
      complete = false;
    }
    return Optional.empty();
  }
}
