package io.wideevents.inprocess;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.config.InvalidSettingsException;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.logging.sampling.Sampling;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LibrarySettingsTest {

  @Test
  void settings_sampleNothingAwayByDefault() {
    LoggingSettings settings = settings(Map.of());

    assertThat(settings).isEqualTo(LoggingSettings.of("shop"));
  }

  @Test
  void settings_takeEverySettingOver() {
    LoggingSettings settings =
        settings(
            Map.of(
                "LOGGING_SAMPLING", "error=all; rest=1/10",
                "LOGGING_SAMPLING_DRY_RUN", "true",
                "LOGGING_QUEUE_BYTES", "64MiB",
                "LOGGING_OVERFLOW_BYTES", "16MiB"));

    assertThat(settings.sampling().rules()).hasSize(2);
    assertThat(settings.sampling().mode()).isEqualTo(Sampling.Mode.DRY_RUN);
    assertThat(settings.queueBytes()).isEqualTo(64L << 20);
    assertThat(settings.overflowBytes()).isEqualTo(16L << 20);
  }

  @Test
  void sampling_hasAllItsMistakesReportedAtOnce() {
    assertThatThrownBy(() -> resolve(Map.of("LOGGING_SAMPLING", "fast=all; rest=none")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContainingAll("LOGGING_SAMPLING", "'fast' is not one of", "'none' is neither");
  }

  @Test
  void queue_holdsTheLargestEvent() {
    assertThatThrownBy(
            () -> resolve(Map.of("EVENT_MAX_BYTES", "8MiB", "LOGGING_QUEUE_BYTES", "8MiB")))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining("LOGGING_QUEUE_BYTES=8MiB");
  }

  private static LoggingSettings settings(Map<String, String> environment) {
    return resolve(environment).logging();
  }

  private static LibrarySettings resolve(Map<String, String> environment) {
    return LibrarySettings.catalogue("shop").resolve(Map.of(), environment).settings();
  }
}
