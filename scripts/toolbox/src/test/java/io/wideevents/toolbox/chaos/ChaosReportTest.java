package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.toolbox.load.Reply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ChaosReportTest {
  private static final String LOST =
      "lost: 01a203ba-1340-86a2-a099-3876a9286133, event 3 of the run";
  private static final SpoolRemains EMPTY = new SpoolRemains(0, 0, 0);

  @Test
  void isGood_takesEverythingThatIsWrongIntoAccount() {
    assertThat(result(findings(0), EMPTY, Optional.empty()).isGood()).isTrue();
    assertThat(result(findings(1), EMPTY, Optional.empty()).isGood()).isFalse();
    assertThat(result(findings(0), new SpoolRemains(0, 1, 0), Optional.empty()).isGood()).isFalse();
    assertThat(result(findings(0), new SpoolRemains(0, 0, 1), Optional.empty()).isGood()).isFalse();
    assertThat(result(findings(0), EMPTY, Optional.of("spool: 7 events")).isGood()).isFalse();
  }

  @Test
  void lines_nameTheFirstLostEventsAndWhatDidNotComeToRest() {
    ChaosResult result = result(findings(1), EMPTY, Optional.of("spool: 7 events"));

    assertThat(new ChaosReport(result).lines())
        .anyMatch(line -> line.matches(" *lost +1"))
        .anyMatch(line -> line.matches(" *gateway killed +gateway +kill +1\\.5 s +0\\.1 s"))
        .anyMatch(line -> line.contains("kafka     75.0 %"))
        .anyMatch(line -> line.contains("spool: 7 events"))
        .anyMatch(line -> line.contains(LOST));
  }

  @Test
  void text_isOneJsonObjectWithTheSameFigures() {
    ChaosResult result = result(findings(1), EMPTY, Optional.empty());

    JsonNode json = JsonMapper.shared().readTree(result.json().toString());

    assertThat(json.path("good").asBoolean(true)).isFalse();
    assertThat(json.path("events").path("lost").asInt()).isEqualTo(1);
    assertThat(json.path("examples").path(0).asString()).isEqualTo(LOST);
    assertThat(json.path("acknowledgedByTier").path("spool").asInt()).isEqualTo(1);
    assertThat(json.path("deadLetterReasons").isObject()).isTrue();
    assertThat(json.path("schedule").path(0).path("atMillis").asInt()).isEqualTo(1_500);
  }

  private static Findings findings(long lost) {
    return new Findings(
        5,
        4,
        4 - lost,
        0,
        0,
        new TreeMap<>(),
        0,
        1,
        lost,
        0,
        0,
        0,
        lost == 0 ? List.of() : List.of(LOST));
  }

  private static ChaosResult result(
      Findings findings, SpoolRemains remains, Optional<String> stuck) {
    Scoreboard scoreboard = new Scoreboard(new Outages());
    scoreboard
        .tally()
        .answered(
            new Reply.Final(
                List.of(
                    new Reply.Durable("a", "kafka"),
                    new Reply.Durable("b", "kafka"),
                    new Reply.Durable("c", "kafka"),
                    new Reply.Durable("d", "spool"))),
            1);
    return new ChaosResult(
        new ChaosSettings(1, FaultSchedule.of(), 2, 10, Instant.EPOCH),
        List.of(
            new FaultInjector.Occurrence(
                Duration.ofMillis(1_500),
                Duration.ofMillis(100),
                Episode.GATEWAY_KILLED,
                Target.GATEWAY,
                Action.KILL)),
        scoreboard,
        new Settling.Rest(Duration.ofSeconds(3), stuck, 4, 4),
        remains,
        findings,
        Duration.ofSeconds(70));
  }
}
