package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.toolbox.containers.Scrape.Target;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlTest {
  private static final Scrape SHOWN =
      Scrape.of(
          List.of(
              new Target(
                  "x", "a:1", "a_total{tier=\"kafka\"} 6\na_total{tier=\"spool\"} 2\nb 4\n")));

  @Test
  void unknownNames_areMetricsAndLabelsThatNoProcessShows() {
    assertThat(PromQl.unknownNames("sum(rate(a_total{tier=\"spool\",job=\"x\"}[5m])) or b", SHOWN))
        .isEmpty();
    assertThat(PromQl.unknownNames("sum by (tier) (rate(c_total[5m])) / b", SHOWN))
        .containsExactly("c_total is not shown by any process");
    assertThat(PromQl.unknownNames("max(2 * a_total{tire=\"kafka\"} or b) > 1", SHOWN))
        .containsExactly("a_total has no label tire");
  }

  @Test
  void evaluate_ordersOperatorsAsPrometheusDoes() {
    assertThat(PromQl.evaluate("sum(2 * a_total / 4 > 2) or max(b)", SHOWN, SHOWN))
        .isEqualTo(Map.of(Map.of(), 3.0));
    assertThat(PromQl.evaluate("sum(a_total > 100) or min(b == 4) * 2", SHOWN, SHOWN))
        .isEqualTo(Map.of(Map.of(), 8.0));
  }

  @ParameterizedTest
  @ValueSource(strings = {"a unless b", "topk(3, b)", "b offset 5m", "1 + 1", "b @ 3"})
  void evaluate_refusesWhatItDoesNotUnderstand(String text) {
    assertThatThrownBy(() -> PromQl.evaluate(text, SHOWN, SHOWN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
