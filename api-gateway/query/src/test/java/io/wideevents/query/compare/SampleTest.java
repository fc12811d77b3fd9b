package io.wideevents.query.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bson.BsonArray;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.Test;

/** A comparison takes a bounded memory, whatever the events contain. */
class SampleTest {

  @Test
  void add_keepsABoundedNumberOfValues_ofEventsWithLongArrays() {
    Sample sample = new Sample(bytes -> {});

    for (int n = 0; n < 100; n++) {
      int first = n * 10_000;
      sample.add(
          new BsonDocument("region", new BsonString("eu"))
              .append(
                  "list",
                  new BsonArray(
                      IntStream.range(first, first + 10_000).mapToObj(BsonInt32::new).toList())));
    }

    assertThat(sample.valueCount()).isEqualTo(Sample.MAX_VALUES);
    FieldPlace region = new FieldPlace("region", true);
    assertThat(sample.share(region, new FieldValue(FieldValue.Kind.TEXT, "eu"))).isEqualTo(1);
  }

  @Test
  void numbersWithLargeExponents_areShortTexts_whichFiltersRead() {
    FieldValue large = value("12E+6143");
    FieldValue small = value("1E-6176");

    assertThat(large.text()).isEqualTo("1.2E+6144");
    assertThat(small.text()).isEqualTo("1E-6176");
    assertThat(large.number()).isEqualByComparingTo("12E+6143");
    assertThat(large.filter(new FieldPlace("n", true), false)).isEqualTo("n:1.2E+6144");
  }

  @Test
  void add_countsAnEventOnce_whoseRateIsNoRate() {
    Sample sample = new Sample(bytes -> {});

    for (String rate : List.of("1E+400", "NaN", "Infinity", "-5", "1")) {
      sample.add(
          new BsonDocument("region", new BsonString(rate))
              .append(
                  "_sampling",
                  new BsonDocument("rate", new BsonDecimal128(Decimal128.parse(rate)))));
    }

    assertThat(sample.effectiveSize()).isEqualTo(5);
  }

  private static FieldValue value(String number) {
    return Objects.requireNonNull(FieldValue.of(new BsonDecimal128(Decimal128.parse(number))));
  }
}
