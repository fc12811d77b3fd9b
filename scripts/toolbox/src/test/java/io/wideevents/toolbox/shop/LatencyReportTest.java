package io.wideevents.toolbox.shop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

class LatencyReportTest {
  private static final List<LatencyRow> ROWS =
      List.of(
          new LatencyRow(LogMode.NONE, 20, 100, 600, 0, 5, 9, 12, 0.4),
          new LatencyRow(LogMode.MONGODB, 20, 100, 600, 0, 30, 40, 60, 0.9),
          new LatencyRow(LogMode.KAFKA, 20, 100, 600, 0, 5.05, 9, 12.5, 0.5));

  @Test
  void lines_tellTheCutAndTheAddedCost() {
    List<String> lines = new LatencyReport(ROWS).lines();

    assertThat(lines).hasSize(6);
    assertThat(lines.getLast())
        .contains("slowed by 20 ms", "83 % at p50", "79 % at p99", "+0.05 ms", "+0.50 ms");
  }

  @Test
  void json_isOneObjectALine() {
    assertThat(ROWS.get(1).json())
        .startsWith(
            "{\"mode\":\"mongodb\",\"mongoDelayMs\":20,\"requestsPerSecond\":100.0,"
                + "\"p50Ms\":30.0,\"p90Ms\":40.0,\"p99Ms\":60.0")
        .doesNotContain("\n");
  }

  @Test
  void svg_isWellFormedAndHasABarForEachQuantile() throws Exception {
    String svg = new LatencyChart(ROWS).svg();

    var document =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new java.io.StringReader(svg)));

    // The background, three in the legend, three for each row.
    assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(1 + 3 + 9);
    assertThat(svg).contains("MongoDB slowed by 20 ms");
  }
}
