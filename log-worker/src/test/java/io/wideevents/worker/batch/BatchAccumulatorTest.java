package io.wideevents.worker.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.worker.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatchAccumulatorTest {
  private final ManualClock clock = new ManualClock();
  private final TestRecords records = new TestRecords(clock);
  private final BatchAccumulator accumulator =
      new BatchAccumulator(
          new BatchLimits(10, 25, 1_000_000, Duration.ofSeconds(1), 4, 10_000_000));

  @Test
  void isDue_byCount() {
    add(9);
    assertThat(isDue()).isFalse();

    add(1);

    assertThat(isDue()).isTrue();
  }

  @Test
  void isDue_byAgeOfTheFirstRecordWithoutAnother() {
    add(1);
    clock.advance(Duration.ofMillis(999));
    assertThat(isDue()).isFalse();

    clock.advance(Duration.ofMillis(1));

    assertThat(isDue()).isTrue();
  }

  @Test
  void isDue_byBytes() {
    PendingRecord record = records.event(0);
    BatchAccumulator tight =
        new BatchAccumulator(
            new BatchLimits(10, 25, 2 * record.heldBytes(), Duration.ofSeconds(1), 4, 10_000_000));
    tight.add(record);
    assertThat(tight.isDue(clock.getAsLong(), false)).isFalse();

    tight.add(records.event(0));

    assertThat(tight.isDue(clock.getAsLong(), false)).isTrue();
  }

  @Test
  void isDue_waitsForMoreUpToTheCatchUpSizeWhileMoreIsToCome() {
    add(24);
    assertThat(accumulator.isDue(clock.getAsLong(), true)).isFalse();

    add(1);

    assertThat(accumulator.isDue(clock.getAsLong(), true)).isTrue();
  }

  @Test
  void isDue_byAgeEvenWhileMoreIsToCome() {
    add(1);
    clock.advance(Duration.ofSeconds(1));

    assertThat(accumulator.isDue(clock.getAsLong(), true)).isTrue();
  }

  @Test
  void flush_makesTheRestDueUntilNothingWaits() {
    add(12);

    accumulator.flush();

    assertThat(isDue()).isTrue();
    accumulator.take(10);
    assertThat(isDue()).isTrue();
    accumulator.take(10);
    add(1);
    assertThat(isDue()).isFalse();
  }

  @Test
  void take_isTheBatchSizeWhenNoMoreThanThatWaits() {
    List<PendingRecord> added = add(10);

    assertThat(accumulator.take()).isEqualTo(added);
    assertThat(accumulator.size()).isZero();
    assertThat(accumulator.bytes()).isZero();
  }

  @Test
  void take_growsToTheCatchUpSizeWhenMoreWaits() {
    List<PendingRecord> added = add(40);

    assertThat(accumulator.take()).isEqualTo(added.subList(0, 25));
    assertThat(accumulator.take()).isEqualTo(added.subList(25, 40));
  }

  @Test
  void take_staysUnderTheByteBoundButTakesAtLeastOne() {
    long each = records.event(0).heldBytes();
    BatchAccumulator tight =
        new BatchAccumulator(
            new BatchLimits(10, 25, 2 * each + 20, Duration.ofSeconds(1), 4, 10_000_000));
    for (int i = 1; i < 6; i++) {
      tight.add(records.event(i));
    }

    assertThat(tight.take()).hasSize(2);
    BatchAccumulator tiny =
        new BatchAccumulator(new BatchLimits(10, 25, 1, Duration.ofSeconds(1), 4, 10_000_000));
    tiny.add(records.event(6));
    assertThat(tiny.take()).hasSize(1);
  }

  @Test
  void discardEnded_removesOnlyRecordsOfEndedAssignments() {
    List<PendingRecord> old = add(3);
    records.reassign();
    List<PendingRecord> current = add(2);
    List<PendingRecord> dropped = new ArrayList<>();

    accumulator.discardEnded(dropped::add);

    assertThat(dropped).isEqualTo(old);
    assertThat(accumulator.take()).isEqualTo(current);
    assertThat(accumulator.bytes()).isZero();
  }

  @Test
  void discardEnded_endsAFlushWhenNothingIsLeft() {
    add(3);
    accumulator.flush();
    records.reassign();

    accumulator.discardEnded(dropped -> {});

    add(1);
    assertThat(isDue()).isFalse();
  }

  private boolean isDue() {
    return accumulator.isDue(clock.getAsLong(), false);
  }

  private List<PendingRecord> add(int count) {
    List<PendingRecord> added = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PendingRecord record = records.event(i);
      accumulator.add(record);
      added.add(record);
    }
    return added;
  }
}
