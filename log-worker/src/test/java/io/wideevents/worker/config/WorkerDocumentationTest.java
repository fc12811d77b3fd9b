package io.wideevents.worker.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingsTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class WorkerDocumentationTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  @Test
  void tablesOfThePage_holdEverySettingOfTheWorkerAsItIs() throws IOException {
    List<Setting<?>> own =
        WorkerCatalogue.CATALOGUE.settings().stream()
            .filter(setting -> !CommonSettings.ALL.contains(setting))
            .toList();

    SettingsTable.check(PAGE, "log-worker", own);
  }

  @Test
  void settingsOfTheGateway_raiseNoWarning() throws IOException {
    // Given an environment that holds the settings of both processes
    Map<String, String> ofTheGateway =
        SettingsTable.names(PAGE, "api-gateway").stream()
            .collect(Collectors.toMap(name -> name, name -> "1"));

    // Then
    assertThat(WorkerCatalogue.CATALOGUE.resolve(Map.of(), ofTheGateway).warnings()).isEmpty();
  }
}
