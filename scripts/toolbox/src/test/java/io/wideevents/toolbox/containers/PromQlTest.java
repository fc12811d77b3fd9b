package io.wideevents.toolbox.containers;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.containers.PromQl.Selector;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PromQlTest {
  @Test
  void selectors_areTheMetricsWithTheirLabels() {
    String query =
        """
        histogram_quantile(0.99, sum by (instance, le) (rate(ack_bucket{tier!="kafka", a=~"b|c{}"}[5m])))
          / on (job) group_left sum without(x)(total) > 1e3 and up == bool 1
        """;

    assertThat(PromQl.selectors(query))
        .containsExactly(
            new Selector("ack_bucket", Set.of("tier", "a")),
            new Selector("total", Set.of()),
            new Selector("up", Set.of()));
  }

  @Test
  void selectors_haveNoDurationsNumbersOrWords() {
    assertThat(PromQl.selectors("2 * a:b offset 5m or 0.5 * c[$__rate_interval] unless absent(d)"))
        .extracting(Selector::metric)
        .containsExactly("a:b", "c", "d");
  }
}
