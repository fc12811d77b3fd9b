package io.wideevents.gateway.config;

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

class GatewayDocumentationTest {
  private static final Path PAGE = Path.of("../../docs/configuration.md");

  @Test
  void tablesOfThePage_holdEverySettingOfTheGatewayAsItIs() throws IOException {
    List<Setting<?>> own =
        GatewayCatalogue.CATALOGUE.settings().stream()
            .filter(setting -> !CommonSettings.ALL.contains(setting))
            .toList();

    SettingsTable.check(PAGE, "api-gateway", own);
  }

  @Test
  void settingsOfTheWorker_raiseNoWarning() throws IOException {
    // Given an environment that holds the settings of both processes
    Map<String, String> ofTheWorker =
        SettingsTable.names(PAGE, "log-worker").stream()
            .collect(Collectors.toMap(name -> name, name -> "1"));

    // Then
    assertThat(GatewayCatalogue.CATALOGUE.resolve(Map.of(), ofTheWorker).warnings()).isEmpty();
  }
}
