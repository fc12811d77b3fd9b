package io.wideevents.config;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommonSettingsDocumentationTest {
  @ParameterizedTest
  @ValueSource(strings = {"../docs/configuration.md", "../README.md"})
  void tablesOfThePage_holdEverySettingAsItIs(Path page) throws IOException {
    SettingsTable.check(page, "common", CommonSettings.ALL);
  }
}
