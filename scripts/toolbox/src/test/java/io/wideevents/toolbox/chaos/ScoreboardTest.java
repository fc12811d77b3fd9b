package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
  private static final long MILLISECOND = 1_000_000;

  private final Outages outages = new Outages();
  private final Scoreboard scoreboard = new Scoreboard(outages);

  @Test
  void acknowledged_countsByPhaseAndTier() {
    // Given
    outages.begin(Target.KAFKA);
    Phase begin = scoreboard.phase();

    // When
    scoreboard.acknowledged(begin, 0, Map.of("mongodb", 3));
    outages.begin(Target.MONGODB);
    scoreboard.acknowledged(scoreboard.phase(), 0, Map.of("spool", 2, "mongodb", 1));

    // Then
    ClientFigures figures = scoreboard.figures();
    assertThat(figures.acknowledgedByTier())
        .containsOnly(Map.entry("mongodb", 4L), Map.entry("spool", 2L));
    assertThat(requests(Phase.KAFKA_DOWN)).isEqualTo(1);
    assertThat(requests(Phase.BOTH_DOWN)).isEqualTo(1);
    assertThat(requests(Phase.ALL_UP)).isZero();
  }

  @Test
  void acknowledged_keepsRequestsApartThatSawThePhaseChange() {
    // Given
    Phase begin = scoreboard.phase();
    outages.begin(Target.MONGODB);

    // When
    scoreboard.acknowledged(begin, 0, Map.of("kafka", 1));

    // Then
    assertThat(requests(Phase.ALL_UP)).isZero();
    assertThat(requests(Phase.MONGODB_DOWN)).isZero();
    assertThat(scoreboard.figures().latencies().get("changing meanwhile").requests()).isEqualTo(1);
  }

  @Test
  void acknowledged_putsDownToTheGatewayWhatMetItsRestart() {
    // Given
    Phase begin = scoreboard.phase();
    outages.begin(Target.GATEWAY);
    outages.end(Target.GATEWAY);

    // When
    scoreboard.acknowledged(begin, 60_000 * MILLISECOND, Map.of("kafka", 1));

    // Then
    assertThat(requests(Phase.GATEWAY_RESTARTING)).isEqualTo(1);
  }

  @Test
  void figures_knowTheLongestSilenceAndWhetherTheGatewayWasUp() {
    // Given
    scoreboard.begin();
    outages.begin(Target.GATEWAY);

    // When
    scoreboard.acknowledged(Phase.GATEWAY_RESTARTING, 0, Map.of("kafka", 1));

    // Then
    ClientFigures figures = scoreboard.figures();
    assertThat(figures.longestSilence()).isPositive();
    assertThat(figures.longestSilenceWithGateway()).isEqualTo(Duration.ZERO);
  }

  private long requests(Phase phase) {
    return scoreboard.figures().latencies().get(phase.label()).requests();
  }
}
