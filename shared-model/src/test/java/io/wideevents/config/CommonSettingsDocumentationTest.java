package io.wideevents.config;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class CommonSettingsDocumentationTest {
  private static final Path PAGE = Path.of("../docs/configuration.md");

  @Test
  void tablesOfThePage_holdEverySettingAsItIs() throws IOException {
    SettingsTable.check(PAGE, "common", CommonSettings.ALL);
  }
}
