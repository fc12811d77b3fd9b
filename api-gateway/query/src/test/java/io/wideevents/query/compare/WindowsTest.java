package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.wideevents.query.TimeRange;
import java.time.Instant;
import java.util.Random;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

class WindowsTest {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final TimeRange HOUR = new TimeRange(NOW.minusSeconds(3600), NOW);

  @Test
  void of_hasOneWindowInEachSlice() {
    // When
    Windows windows = Windows.of(HOUR, new BsonDocument(), 0.25, new Random(1));

    // Then: slices of 36 s with windows of 9 s
    assertThat(windows.share()).isCloseTo(0.25, within(1e-9));
    assertThat(windows.condition().getArray("$or")).hasSize(100);
    int slice = 0;
    for (BsonValue window : windows.condition().getArray("$or")) {
      BsonDocument time =
          window.asDocument().getArray("$and").get(0).asDocument().getDocument("timestamp");
      long from = time.getDateTime("$gte").getValue() - HOUR.from().toEpochMilli();
      long to = time.getDateTime("$lt").getValue() - HOUR.from().toEpochMilli();
      assertThat(to - from).isEqualTo(9_000);
      assertThat(from).isGreaterThanOrEqualTo(slice * 36_000L);
      assertThat(to).isLessThanOrEqualTo((slice + 1) * 36_000L);
      slice++;
    }
  }

  @Test
  void of_isTheWholeRangeIfItIsShort() {
    TimeRange short50 = new TimeRange(NOW.minusMillis(50), NOW);

    Windows windows = Windows.of(short50, new BsonDocument(), 0.01, new Random(1));

    assertThat(windows.share()).isEqualTo(1);
    assertThat(windows.condition().getArray("$and").get(0)).isEqualTo(short50.condition());
  }
}
