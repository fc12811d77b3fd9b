package io.wideevents.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Holds the tables of settings in the documentation against the settings, so that they cannot
 * drift. A table stands between two comments:
 *
 * <pre>{@code
 * <!-- settings log-worker -->
 * <!-- end of settings -->
 * }</pre>
 *
 * <p>or, to show only some in a certain order, after {@code <!-- settings log-worker:
 * MQ_BATCH_SIZE, KAFKA_BROKER -->}. To write the tables anew, run the test with {@code
 * -Dsettings.write=true}.
 */
public final class SettingsTable {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?<begin><!-- settings (?<name>[a-z-]+)(?:: (?<only>[A-Z0-9_, ]+))? -->\n)"
              + "(?<table>.*?)(?<end><!-- end of settings -->)",
          Pattern.DOTALL);

  private static final Pattern NAME = Pattern.compile("(?m)^\\| `([A-Z0-9_]+)`");

  private SettingsTable() {}

  /**
   * Fails unless every table of the given name in the file is right, and there is one at least.
   *
   * @param name the process, or whatever the tables of these settings are called
   * @param settings what a table without a list of names must hold, in this order
   */
  public static void check(Path file, String name, List<Setting<?>> settings) throws IOException {
    String text = Files.readString(file);
    String right =
        BLOCK
            .matcher(text)
            .replaceAll(block -> Matcher.quoteReplacement(fill(block, name, settings)));
    if (Boolean.getBoolean("settings.write") && !right.equals(text)) {
      Files.writeString(file, right);
      return;
    }
    assertThat(BLOCK.matcher(text).results().filter(block -> block.group("name").equals(name)))
        .as("tables of %s in %s", name, file)
        .isNotEmpty();
    assertThat(text)
        .as("%s is out of date; run this test with -Dsettings.write=true", file)
        .isEqualTo(right);
  }

  /**
   * The environment names in the tables of the given name: what another process of the deployment
   * may have in its environment.
   */
  public static Set<String> names(Path file, String name) throws IOException {
    return BLOCK
        .matcher(Files.readString(file))
        .results()
        .filter(block -> block.group("name").equals(name))
        .flatMap(block -> NAME.matcher(block.group("table")).results())
        .map(row -> row.group(1))
        .collect(Collectors.toSet());
  }

  private static String fill(MatchResult block, String name, List<Setting<?>> settings) {
    if (!block.group("name").equals(name)) {
      return block.group();
    }
    String only = block.group("only");
    List<Setting<?>> shown = only == null ? settings : select(only, settings);
    return block.group("begin") + render(shown) + block.group("end");
  }

  private static List<Setting<?>> select(String names, List<Setting<?>> settings) {
    Map<String, Setting<?>> byName =
        settings.stream().collect(Collectors.toMap(Setting::name, Function.identity()));
    List<String> wanted = Arrays.stream(names.split(",")).map(String::strip).toList();
    assertThat(byName).as("settings a table names").containsKeys(wanted.toArray(String[]::new));
    return wanted.stream().<Setting<?>>map(byName::get).toList();
  }

  static String render(List<Setting<?>> settings) {
    return settings.stream()
        .map(SettingsTable::row)
        .collect(
            Collectors.joining(
                "\n",
                "| Environment | Flag | Default | Unit | Meaning |\n|---|---|---|---|---|\n",
                "\n"));
  }

  private static String row(Setting<?> setting) {
    String name = code(setting.name()) + setting.fileName().map(f -> " or " + code(f)).orElse("");
    String unit = setting.unit().isEmpty() ? setting.type().label() : setting.unit();
    return "| %s | %s | %s | %s | %s |"
        .formatted(
            name,
            code(setting.flag()),
            setting.defaultText().map(SettingsTable::code).orElse("unset"),
            escape(unit),
            escape(setting.meaning()));
  }

  private static String code(String text) {
    return "`" + escape(text) + "`";
  }

  private static String escape(String text) {
    return text.replace("|", "\\|");
  }
}
