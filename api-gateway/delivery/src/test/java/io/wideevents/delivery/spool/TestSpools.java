package io.wideevents.delivery.spool;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.codec.RecordDecoder;
import io.wideevents.codec.RecordResult;
import io.wideevents.event.DeadLetterReason;
import io.wideevents.event.EventId;
import io.wideevents.time.ClosingTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/** Spools of 1 MiB in small segments, for tests. */
final class TestSpools {
  static final int MAX_BYTES = 1 << 20;
  static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

  private TestSpools() {}

  static SpoolSettings settings(Path directory) {
    return new SpoolSettings(directory, MAX_BYTES, 0, 1_000_000);
  }

  static RecordDecoder decoder() {
    return new RecordDecoder(EncoderSettings.DEFAULT, InstantSource.system());
  }

  static UndecodableEventException undecodable(EventId id) {
    return new UndecodableEventException(
        id, new RecordResult.Poison(DeadLetterReason.INVALID, "a rule was added"));
  }

  static SegmentEventSpool open(Path directory) {
    return open(directory, new DiskFiles());
  }

  static SegmentEventSpool open(Path directory, SpoolFiles files) {
    return open(settings(directory), files, new ClosingTime(CLOSE_TIMEOUT));
  }

  static SegmentEventSpool open(SpoolSettings settings, SpoolFiles files, ClosingTime closing) {
    return SegmentEventSpool.open(settings, files, decoder(), InstantSource.system(), closing);
  }
}
