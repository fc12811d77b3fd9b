package io.wideevents.toolbox.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;

class DemoReportTest {
  @Test
  void outcomesByService_hasARowPerServiceAndAColumnPerOutcome() {
    // Given
    DemoReport report =
        new DemoReport(
            List.of(
                event("cart", "GET /cart", "SUCCESS", 5),
                event("cart", "GET /cart", "SUCCESS", 6),
                event("cart", "GET /cart", "FAILED", 7),
                event("auth", "POST /login", "WARNING", 1500)));

    // When / Then
    assertThat(report.outcomesByService())
        .containsExactly(
            "service  EDGE_CASE  FAILED  SUCCESS  WARNING  events",
            "auth             0       0        0        1       1",
            "cart             0       1        2        0       3");
  }

  @Test
  void slowestRoutes_putsTheSlowestFirstAndLeavesOutWhatWasNotMeasured() {
    // Given
    DemoReport report =
        new DemoReport(
            Stream.concat(
                    Stream.of(new EventFacts("x", "never measured", "EDGE_CASE", Optional.empty())),
                    Stream.of(
                        event("cart", "GET /cart", "SUCCESS", 5),
                        event("auth", "POST /login", "SUCCESS", 1500)))
                .toList());

    // When / Then
    assertThat(report.slowestRoutes())
        .containsExactly(
            "service and route  events   p50 ms   p95 ms   p99 ms",
            "auth  POST /login       1  1,500.0  1,500.0  1,500.0",
            "cart  GET /cart         1      5.0      5.0      5.0");
  }

  @Test
  void percentile_isTheNearestRank() {
    List<Double> values = List.of(40.0, 10.0, 30.0, 20.0);

    assertThat(DemoReport.percentile(values, 50)).isEqualTo(20);
    assertThat(DemoReport.percentile(values, 75)).isEqualTo(30);
    assertThat(DemoReport.percentile(values, 99)).isEqualTo(40);
    assertThat(DemoReport.percentile(List.of(7.0), 1)).isEqualTo(7);
  }

  @Test
  void of_readsWhatAStoredEventHasAndToleratesWhatItHasNot() {
    // Given
    BsonDocument whole =
        BsonDocument.parse(
            "{service: 'cart', route: 'GET /cart', performance: {durationMs: {$numberInt: '7'}},"
                + " _ingest: {outcome: 'SUCCESS'}}");
    BsonDocument unmeasured = BsonDocument.parse("{service: 'cart', route: 'GET /cart'}");

    // When / Then
    assertThat(EventFacts.of(whole)).isEqualTo(event("cart", "GET /cart", "SUCCESS", 7));
    assertThat(EventFacts.of(unmeasured).durationMillis()).isEmpty();
  }

  private static EventFacts event(String service, String route, String outcome, double millis) {
    return new EventFacts(service, route, outcome, Optional.of(millis));
  }
}
