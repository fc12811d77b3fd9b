package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.benchmark.Comparison.Pair;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;

class SpeedReportTest {
  private static final SpeedReport REPORT =
      new SpeedReport(
          List.of(
              new SpeedReport.Part(
                  "gateway",
                  "bare producer",
                  List.of(
                      new Comparison(
                          "requests/s",
                          List.of(new Pair(9_000, 10_000, 0.02), new Pair(1_000, 8_000, 0.4)))),
                  List.of(
                      Goal.atLeast("gateway: requests/s", 0.9, 0.9, "x"),
                      Goal.atMost("gateway: p99", 20.5, 10, "ms"))),
              new SpeedReport.Part(
                  "codec", "", List.of(), List.of(Goal.atMost("codec", Double.NaN, 2.5, "us")))));

  @Test
  void lines_showTheRatioAndTheDisturbedRounds() {
    assertThat(REPORT.lines().subList(0, 2))
        .containsExactly(
            "gateway      ours  bare producer  ratio    quartiles  disturbed",
            "requests/s  9,000         10,000   0.90  0.90 - 0.90     1 of 2");
  }

  @Test
  void lines_showEveryTargetAndThoseThatAreMissed() {
    assertThat(REPORT.lines())
        .endsWith(
            "target               measured     target",
            "gateway: requests/s    0.90 x   ≥ 0.90 x     met",
            "gateway: p99          20.5 ms  ≤ 10.0 ms  missed",
            "codec                    ? us  ≤ 2.50 us  missed");
  }

  @Test
  void json_hasEveryRoundAndEveryTarget() {
    JsonNode gateway = REPORT.json().path("parts").path(0);

    JsonNode comparison = gateway.path("comparisons").path(0);
    assertThat(comparison.path("ratio").path("median").asDouble()).isEqualTo(0.9);
    assertThat(comparison.path("disturbedRounds").asInt()).isEqualTo(1);
    assertThat(comparison.path("rounds").path(1).path("disturbed").asBoolean()).isTrue();
    assertThat(gateway.path("targets").path(0).path("met").asBoolean()).isTrue();
    assertThat(gateway.path("targets").path(1).path("met").asBoolean()).isFalse();
  }

  @Test
  void charts_haveABarForEachRatioAndEachTarget() throws Exception {
    // One more for the background.
    assertThat(rectangles(SpeedChart.ratios(REPORT))).isEqualTo(1 + 1);
    assertThat(rectangles(SpeedChart.targets(REPORT))).isEqualTo(1 + 3);
  }

  private static int rectangles(String svg) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(svg)))
        .getElementsByTagName("rect")
        .getLength();
  }
}
