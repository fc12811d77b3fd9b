package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.junit.jupiter.api.Test;

class NumberRangesTest {

  @Test
  void ranked_namesTheRangeThatTheSelectionPrefers() {
    // Given: sizes of 1 to 100 in the baseline, of 81 to 100 in the selection
    Sample selection = new Sample(bytes -> {});
    Sample baseline = new Sample(bytes -> {});
    for (int i = 0; i < 1_000; i++) {
      baseline.add(new BsonDocument("size", new BsonInt32(1 + i % 100)));
      selection.add(new BsonDocument("size", new BsonInt32(81 + i % 20)));
    }

    // When
    RankedField field = CompareQuery.ranked(selection, baseline).getFirst();

    // Then
    RankedField.Value first = field.values().getFirst();
    assertThat(field.isNumber()).isTrue();
    assertThat(first.text()).startsWith("≥ ");
    assertThat(first.filter()).startsWith("size:>=");
    assertThat(first.difference().selection()).isCloseTo(1, within(0.001));
    assertThat(first.difference().baseline()).isBetween(0.2, 0.3);
    assertThat(field.values()).hasSizeLessThanOrEqualTo(10);
    assertThat(field.values().stream().mapToDouble(value -> value.difference().baseline()).sum())
        .isCloseTo(1, within(1e-9));
  }

  @Test
  void ranked_comparesFewDifferentNumbersOneByOne() {
    // Given
    Sample selection = new Sample(bytes -> {});
    Sample baseline = new Sample(bytes -> {});
    for (int i = 0; i < 1_000; i++) {
      baseline.add(new BsonDocument("shard", new BsonInt32(i % 4)));
      selection.add(new BsonDocument("shard", new BsonInt32(2)));
    }

    // When
    List<RankedField> fields = CompareQuery.ranked(selection, baseline);

    // Then
    assertThat(fields.getFirst().isNumber()).isFalse();
    assertThat(fields.getFirst().values().getFirst().filter()).isEqualTo("shard:2");
  }
}
