package io.wideevents.worker.config;

import io.wideevents.config.CommonSettings;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingsTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkerDocumentationTest {
  @Test
  void configurationPage_holdsEverySettingOfTheWorkerAsItIs() throws IOException {
    List<Setting<?>> own =
        WorkerCatalogue.CATALOGUE.settings().stream()
            .filter(setting -> !CommonSettings.ALL.contains(setting))
            .toList();

    SettingsTable.check(Path.of("../docs/configuration.md"), "log-worker", own);
  }
}
