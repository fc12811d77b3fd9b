package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FaultScheduleTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  @Test
  void of_isTheSameForTheSameSeedAndAnotherForAnother() {
    FaultSchedule schedule = FaultSchedule.of(7, TEN_MINUTES);

    assertThat(FaultSchedule.of(7, TEN_MINUTES)).isEqualTo(schedule);
    assertThat(FaultSchedule.of(8, TEN_MINUTES)).isNotEqualTo(schedule);
  }

  @Test
  void of_beginsALongerRunAsAShorterOne() {
    List<ScheduledEpisode> shorter = FaultSchedule.of(7, Duration.ofMinutes(1)).episodes();

    assertThat(shorter).isNotEmpty();
    assertThat(FaultSchedule.of(7, TEN_MINUTES).episodes())
        .startsWith(shorter.toArray(ScheduledEpisode[]::new));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 42, -5})
  void of_bringsEveryEpisodeOnceBeforeAnyComesAgain(long seed) {
    List<ScheduledEpisode> episodes = FaultSchedule.of(seed, TEN_MINUTES).episodes();

    assertThat(episodes.subList(0, Episode.values().length))
        .extracting(ScheduledEpisode::episode)
        .containsExactlyInAnyOrder(Episode.values());
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 5, 40, 90, 600})
  void of_staysWithinItsLength(long seconds) {
    Duration length = Duration.ofSeconds(seconds);

    Duration planned =
        FaultSchedule.of(3, length).episodes().stream()
            .map(episode -> episode.rest().plus(episode.lasting()))
            .reduce(Duration.ZERO, Duration::plus);

    assertThat(planned).isLessThanOrEqualTo(length);
  }

  @ParameterizedTest
  @EnumSource
  void steps_endEveryFaultInItsOwnWayWithinTheEpisode(Episode episode) {
    // Given
    Duration lasting = Duration.ofSeconds(6);
    Map<Target, Action> faults = new EnumMap<>(Target.class);

    // When
    List<ScheduledStep> steps = episode.steps(lasting);

    // Then
    Duration last = Duration.ZERO;
    for (ScheduledStep step : steps) {
      assertThat(step.at()).isBetween(last, lasting);
      last = step.at();
      if (step.action().endsFault()) {
        assertThat(faults.remove(step.target()).end()).isEqualTo(step.action());
      } else {
        assertThat(faults.put(step.target(), step.action())).isNull();
      }
    }
    assertThat(steps).isNotEmpty();
    assertThat(faults).isEmpty();
  }
}
