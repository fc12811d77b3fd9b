package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
  private static final long MILLISECOND = 1_000_000;

  private final Outages outages = new Outages();
  private final Scoreboard scoreboard = new Scoreboard(outages);

  @Test
  void acknowledged_countsByPhase() {
    // Given
    outages.begin(Target.KAFKA);
    Phase begin = scoreboard.phase();

    // When
    scoreboard.acknowledged(begin, 0);
    outages.begin(Target.MONGODB);
    scoreboard.acknowledged(scoreboard.phase(), 0);

    // Then
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
    scoreboard.acknowledged(begin, 0);

    // Then
    assertThat(requests(Phase.ALL_UP)).isZero();
    assertThat(requests(Phase.MONGODB_DOWN)).isZero();
    assertThat(scoreboard.latencies().get("changing meanwhile").requests()).isEqualTo(1);
  }

  @Test
  void acknowledged_countsARequestThatMetARestartOfTheGatewayForThatPhase() {
    // Given
    Phase begin = scoreboard.phase();
    outages.begin(Target.GATEWAY);
    outages.end(Target.GATEWAY);

    // When
    scoreboard.acknowledged(begin, 60_000 * MILLISECOND);

    // Then
    assertThat(requests(Phase.GATEWAY_RESTARTING)).isEqualTo(1);
  }

  @Test
  void acknowledged_measuresTheLongestSilenceAndWhetherTheGatewayWasUp() {
    // Given
    scoreboard.begin();
    outages.begin(Target.GATEWAY);

    // When
    scoreboard.acknowledged(Phase.GATEWAY_RESTARTING, 0);

    // Then
    assertThat(scoreboard.longestSilence()).isPositive();
    assertThat(scoreboard.longestSilenceWithGateway()).isEqualTo(Duration.ZERO);
  }

  private long requests(Phase phase) {
    return scoreboard.latencies().get(phase.label()).requests();
  }
}
