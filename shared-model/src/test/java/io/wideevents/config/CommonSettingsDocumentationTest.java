package io.wideevents.config;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommonSettingsDocumentationTest {
  @Test
  void configurationPage_holdsEverySettingAsItIs() throws IOException {
    SettingsTable.check(Path.of("../docs/configuration.md"), "common", CommonSettings.ALL);
  }
}
