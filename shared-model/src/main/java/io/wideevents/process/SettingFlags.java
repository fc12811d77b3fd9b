package io.wideevents.process;

import io.wideevents.config.Setting;
import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Settings as options of a picocli command. The option keeps the value as text. {@link
 * SettingsCatalogue#resolve} validates flags and environment together, so that all problems are
 * reported at once.
 */
public final class SettingFlags {
  private static final String PRINT_CONFIG = "--print-config";

  private SettingFlags() {}

  /** Adds one option per setting to a command, and {@code --print-config}. */
  public static void add(List<Setting<?>> settings, CommandSpec command) {
    for (Setting<?> setting : settings) {
      OptionSpec.Builder option =
          OptionSpec.builder(setting.flag())
              .type(String.class)
              .paramLabel("<" + setting.type().label() + ">")
              .description(description(setting));
      if (setting.type().isSwitch()) {
        option.arity("0..1").fallbackValue("true");
      } else {
        option.arity("1");
      }
      command.addOption(option.build());
    }
    command.addOption(
        OptionSpec.builder(PRINT_CONFIG)
            .type(boolean.class)
            .description("Print the settings in effect, secrets masked, and end.")
            .build());
    // In the given order, which groups related settings.
    command.usageMessage().sortOptions(false).abbreviateSynopsis(true);
  }

  /** Whether {@code --print-config} was given to a parsed command or to one of its parents. */
  public static boolean wantsPrint(CommandSpec command) {
    return withParents(command).anyMatch(parsed -> parsed.hasMatchedOption(PRINT_CONFIG));
  }

  /**
   * Reads the settings of a parsed command: its own flags, and those of its parents.
   *
   * @param command a command that {@link #add} was called for
   * @param environment as of {@link System#getenv()}
   * @throws io.wideevents.config.InvalidSettingsException with all mistakes
   */
  public static <R> SettingValues<R> resolve(
      SettingsCatalogue<R> catalogue, CommandSpec command, Map<String, String> environment) {
    return catalogue.resolve(given(catalogue.settings(), command), environment);
  }

  private static String description(Setting<?> setting) {
    String text =
        setting.meaning()
            + setting.defaultText().map(d -> " Default: " + d + unit(setting) + ".").orElse("")
            + " Environment: "
            + setting.name()
            + setting.fileName().map(name -> " or " + name).orElse("");
    // picocli formats descriptions, so a bare percent sign would be a conversion.
    return text.replace("%", "%%");
  }

  private static String unit(Setting<?> setting) {
    return setting.unit().isEmpty() ? "" : " " + setting.unit();
  }

  /** Value by flag, of the command and its parents; the nearest command's value is used. */
  private static Map<String, String> given(List<Setting<?>> settings, CommandSpec command) {
    Map<String, String> flags = new HashMap<>();
    withParents(command)
        .forEach(
            parsed -> {
              for (Setting<?> setting : settings) {
                if (parsed.hasMatchedOption(setting.flag())) {
                  String value = parsed.matchedOption(setting.flag()).getValue();
                  flags.putIfAbsent(setting.flag(), value);
                }
              }
            });
    return flags;
  }

  private static Stream<ParseResult> withParents(CommandSpec command) {
    return Stream.<@Nullable CommandSpec>iterate(command, Objects::nonNull, CommandSpec::parent)
        .map(each -> each.commandLine().getParseResult());
  }
}
