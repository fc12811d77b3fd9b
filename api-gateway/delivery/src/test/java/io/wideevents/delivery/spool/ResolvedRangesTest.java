package io.wideevents.delivery.spool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolvedRangesTest {
  private static final int FRONT = 64;
  private static final int FRAME = 10;
  private static final int FRAMES = 50;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void agreesWithANaiveModel(long seed) {
    Random random = new Random(seed);
    for (int run = 0; run < 500; run++) {
      ResolvedRanges ranges = new ResolvedRanges(FRONT, 0);
      BitSet model = new BitSet(FRAMES);
      for (int step = 0; step < 80; step++) {
        int frame = random.nextInt(FRAMES);
        int from = FRONT + frame * FRAME;

        ranges.add(from, from + FRAME, 1);
        model.set(frame);

        assertThat(ranges.events()).isEqualTo(model.cardinality());
        assertThat(ranges.front()).isEqualTo(FRONT + model.nextClearBit(0) * FRAME);
        assertThat(ranges.frontEvents()).isEqualTo(model.nextClearBit(0));
        int probe = random.nextInt(FRAMES);
        assertThat(ranges.firstUnresolved(FRONT + probe * FRAME))
            .isEqualTo(FRONT + model.nextClearBit(probe) * FRAME);
      }
    }
  }
}
