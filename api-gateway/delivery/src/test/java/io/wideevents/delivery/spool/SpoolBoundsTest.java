package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpoolBoundsTest {
  private static final long APPEND_BYTES = 3L << 20;
  private final SpoolSettings settings = new SpoolSettings(Path.of("spool"), 512L << 20, 0, 1_000);

  @Test
  void checkSize_reservesAHeaderForEachGroup() {
    // Given ten appends, of which no two fit into a group, and each group may be sealed
    long free = 10 * APPEND_BYTES + 9 * SegmentHeader.BYTES;
    SpoolBounds bounds =
        new SpoolBounds(settings, () -> settings.maxBytes() - free, () -> Long.MAX_VALUE);

    assertThat(bounds.checkSize(9 * APPEND_BYTES, APPEND_BYTES)).isPresent();
    assertThat(bounds.checkSize(8 * APPEND_BYTES, APPEND_BYTES)).isEmpty();
  }
}
