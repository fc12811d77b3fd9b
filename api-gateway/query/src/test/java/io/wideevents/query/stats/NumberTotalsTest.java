package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class NumberTotalsTest {
  private static final Pass PASS =
      new Pass(List.of(), Optional.empty(), Optional.empty(), List.of("duration"));

  @Test
  void numbers_whoseSumOverflows_haveNeitherSumNorAverage() {
    NumberTotals finite = cell("{nw0: 10.0, ns0: 1000.0, nl0: 100.0, nm0: 100.0}");
    NumberTotals infinite =
        cell("{nw0: 2.0, ns0: {$numberDouble: 'Infinity'}, nl0: 1e308, nm0: 1e308}");

    NumberTotals all = NumberTotals.NONE.plus(finite).plus(infinite);

    assertThat(finite.average()).isEqualByComparingTo("100");
    assertThat(all.sum()).isNull();
    assertThat(all.average()).isNull();
    assertThat(all.least()).isEqualByComparingTo("100");
    assertThat(all.most()).isEqualByComparingTo(new BigDecimal("1e308"));
  }

  @Test
  void cell_withoutNumbers_addsNothing() {
    NumberTotals none = cell("{nw0: 0, ns0: 0, nl0: null, nm0: null}");

    NumberTotals all = none.plus(cell("{nw0: 1, ns0: 5, nl0: 5, nm0: 5}"));

    assertThat(none.average()).isNull();
    assertThat(all.sum()).isEqualByComparingTo("5");
  }

  private static NumberTotals cell(String json) {
    return PASS.numbers(BsonDocument.parse(json), 0);
  }
}
