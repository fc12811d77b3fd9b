package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsTableTest {
  private static final Setting<Integer> SIZE =
      Setting.named("MQ_BATCH_SIZE", SettingType.integer(1, 10))
          .flag("--batch-size")
          .defaultsTo("5")
          .unit("events")
          .means("Events in one insert.");
  private static final Setting<LogFormat> FORMAT =
      Setting.named("LOG_FORMAT", SettingType.choice(LogFormat.class))
          .example("text")
          .secrecy(Secrecy.SECRET)
          .means("Form of the lines.");
  private static final String HEAD =
      "| Environment | Flag | Default | Unit | Meaning |\n|---|---|---|---|---|\n";
  private static final String SIZE_ROW =
      "| `MQ_BATCH_SIZE` | `--batch-size` | `5` | events | Events in one insert. |\n";
  private static final String FORMAT_ROW =
      "| `LOG_FORMAT` or `LOG_FORMAT_FILE` | `--log-format` | unset | text\\|json"
          + " | Form of the lines. |\n";

  @TempDir private Path directory;

  /** So that this test checks, even while the tables of the documentation are written anew. */
  private final String write = System.getProperty("settings.write", "false");

  @BeforeEach
  void setUp() {
    System.setProperty("settings.write", "false");
  }

  @AfterEach
  void tearDown() {
    System.setProperty("settings.write", write);
  }

  @Test
  void check_acceptsRightTables() throws IOException {
    Path file =
        write(
            "# Settings\n<!-- settings log-worker -->\n"
                + (HEAD + SIZE_ROW + FORMAT_ROW)
                + "<!-- end of settings -->\n<!-- settings log-worker: LOG_FORMAT -->\n"
                + (HEAD + FORMAT_ROW)
                + "<!-- end of settings -->\n<!-- settings other -->\n<!-- end of settings -->\n");

    SettingsTable.check(file, "log-worker", List.of(SIZE, FORMAT));

    assertThat(file).exists();
  }

  @Test
  void check_refusesDrift() throws IOException {
    Path file =
        write(
            "<!-- settings log-worker -->\n"
                + HEAD
                + SIZE_ROW.replace("`5`", "`6`")
                + "<!-- end of settings -->\n");

    assertThatThrownBy(() -> SettingsTable.check(file, "log-worker", List.of(SIZE)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Dsettings.write=true");
  }

  @Test
  void check_refusesMissingTableAndUnknownName() throws IOException {
    Path none = write("# Settings\n");
    assertThatThrownBy(() -> SettingsTable.check(none, "log-worker", List.of(SIZE)))
        .isInstanceOf(AssertionError.class);

    Path unknown = write("<!-- settings log-worker: MQ_SIZE -->\n<!-- end of settings -->\n");
    assertThatThrownBy(() -> SettingsTable.check(unknown, "log-worker", List.of(SIZE)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("MQ_SIZE");
  }

  @Test
  void names_areThoseOfTheFirstColumn() throws IOException {
    Path file =
        write(
            "<!-- settings log-worker -->\n"
                + (HEAD + SIZE_ROW + FORMAT_ROW)
                + "<!-- end of settings -->\n");

    assertThat(SettingsTable.names(file, "log-worker"))
        .containsExactlyInAnyOrder("MQ_BATCH_SIZE", "LOG_FORMAT");
  }

  private Path write(String text) throws IOException {
    return Files.writeString(directory.resolve("settings.md"), text);
  }
}
