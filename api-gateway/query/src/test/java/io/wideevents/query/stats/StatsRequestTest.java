package io.wideevents.query.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.query.QueryException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsRequestTest {
  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @Test
  void parse_countsTheLastHourByDefault() {
    StatsRequest request = parse("{}");

    assertThat(request.calculations()).containsExactly(Calculation.COUNT);
    assertThat(request.range().from()).isEqualTo(NOW.minusSeconds(3600));
    assertThat(request.intervals()).isEmpty();
    assertThat(request.limit()).isEqualTo(20);
  }

  @Test
  void parse_readsEachMember() {
    StatsRequest request =
        parse(
            """
            {"filter": "service:checkout", "from": "-15m", "to": "now", "limit": 5,
             "calculate": ["count", "p95(duration)", "distinct(user.id)"], "series": "1m",
             "groupBy": ["route", "outcome"], "orderBy": "p95(duration)",
             "heatmap": "performance.durationMs"}
            """);

    assertThat(request.calculations().get(1).path()).isEqualTo("performance.durationMs");
    assertThat(request.groupPaths()).containsExactly("route", "_ingest.outcome");
    assertThat(request.groupBy()).containsOnlyKeys("route", "outcome");
    assertThat(request.order().isDescending()).isFalse();
    assertThat(request.intervals().orElseThrow().count()).isEqualTo(15);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|body_invalid",
        "{|body_invalid",
        "{\"limit\": 0}|body_invalid",
        "{\"limit\": 201}|body_invalid",
        "{\"limit\": 1.5}|body_invalid",
        "{\"limit\": 1, \"limit\": 2}|body_invalid",
        "{\"$where\": \"1\"}|body_invalid",
        "{\"filter\": {\"$gt\": \"\"}}|body_invalid",
        "{\"filter\": \"a:\"}|filter_invalid",
        "{\"from\": \"yesterday\"}|range_invalid",
        "{\"from\": \"-401d\"}|range_invalid",
        "{\"calculate\": \"count\"}|body_invalid",
        "{\"calculate\": [\"p96(a)\"]}|body_invalid",
        "{\"calculate\": [\"avg\"]}|body_invalid",
        "{\"calculate\": [\"count(a)\"]}|body_invalid",
        "{\"calculate\": [\"avg($a)\"]}|field_invalid",
        "{\"calculate\": [\"avg(a.$b)\"]}|field_invalid",
        "{\"calculate\": [\"avg()\"]}|field_invalid",
        "{\"groupBy\": [\"a\", \"b\", \"c\", \"d\"]}|body_invalid",
        "{\"groupBy\": [\"outcome\", \"_ingest.outcome\"]}|body_invalid",
        "{\"groupBy\": [\"$ROOT\"]}|field_invalid",
        "{\"series\": \"1s\"}|body_invalid",
        "{\"heatmap\": \"a\"}|body_invalid",
        "{\"orderBy\": \"-avg(a)\"}|body_invalid"
      })
  void parse_rejectsWhatItCannotUse(String body, String code) {
    assertThatThrownBy(() -> parse(body))
        .isInstanceOfSatisfying(
            QueryException.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.code()).isEqualTo(code);
              assertThat(problem.fix()).isNotBlank();
            });
  }

  private static StatsRequest parse(String body) {
    return StatsRequest.parse(body.getBytes(StandardCharsets.UTF_8), NOW);
  }
}
