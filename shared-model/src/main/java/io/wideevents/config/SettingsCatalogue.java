package io.wideevents.config;

import io.wideevents.config.SettingInputs.Input;
import io.wideevents.config.SettingValues.Resolved;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All settings of a process, in the order of the documentation. Converts flags and environment into
 * typed values. A flag overrides the environment, and the environment overrides the default.
 * Immutable.
 */
public final class SettingsCatalogue {
  private final String process;
  private final List<Setting<?>> settings;
  private final List<SettingsCheck> checks;
  private final Set<String> known;
  private final Set<String> ignored;

  /** Settings that keep their default; their environment variables are ignored. */
  private final Set<String> foreign;

  private SettingsCatalogue(
      String process,
      List<Setting<?>> settings,
      List<SettingsCheck> checks,
      Set<String> known,
      Set<String> ignored,
      Set<String> foreign) {
    this.process = process;
    this.settings = List.copyOf(settings);
    this.checks = List.copyOf(checks);
    this.known = Set.copyOf(known);
    this.ignored = Set.copyOf(ignored);
    this.foreign = Set.copyOf(foreign);
  }

  /**
   * A catalogue of these settings, in this order.
   *
   * @param process the name of the process's launcher
   * @throws IllegalArgumentException if two settings share a name or a flag
   */
  public static SettingsCatalogue of(String process, List<Setting<?>> settings) {
    Set<String> flags = new LinkedHashSet<>();
    Set<String> known = new LinkedHashSet<>();
    for (Setting<?> setting : settings) {
      if (!flags.add(setting.flag()) || !known.add(setting.name())) {
        throw new IllegalArgumentException(
            "%s or %s is declared twice".formatted(setting.name(), setting.flag()));
      }
      setting.fileName().ifPresent(known::add);
    }
    return new SettingsCatalogue(process, settings, List.of(), known, Set.of(), Set.of());
  }

  /** This catalogue with an additional rule between settings. */
  public SettingsCatalogue checkedBy(SettingsCheck check) {
    List<SettingsCheck> more = new ArrayList<>(checks);
    more.add(check);
    return new SettingsCatalogue(process, settings, more, known, ignored, foreign);
  }

  /**
   * This catalogue without warnings about these names, which another process of the deployment
   * reads.
   */
  public SettingsCatalogue ignoring(Set<String> names) {
    return new SettingsCatalogue(process, settings, checks, known, names, foreign);
  }

  /**
   * The part of this catalogue that one subcommand needs. The other names stay known, so that they
   * cause no warning.
   */
  public SettingsCatalogue only(Setting<?>... part) {
    return new SettingsCatalogue(process, Arrays.asList(part), checks, known, ignored, foreign);
  }

  /**
   * This catalogue for a part of a process that shares the environment. The given settings keep
   * their defaults, because their environment variables belong to the process. Unknown names belong
   * to the process as well, unless they are close to a name that is read.
   */
  public SettingsCatalogue amongOthers(List<Setting<?>> ofTheProcess) {
    Set<String> own = new HashSet<>(known);
    Set<String> others = new HashSet<>();
    for (Setting<?> setting : ofTheProcess) {
      others.add(setting.name());
      setting.fileName().ifPresent(others::add);
    }
    own.removeAll(others);
    Set<String> silent = new HashSet<>(ignored);
    silent.addAll(others);
    return new SettingsCatalogue(process, settings, checks, own, silent, others);
  }

  public String process() {
    return process;
  }

  public List<Setting<?>> settings() {
    return settings;
  }

  /**
   * Reads the settings.
   *
   * @param flags value by flag, {@code --batch-size} → {@code 100}
   * @param environment as of {@link System#getenv()}
   * @throws InvalidSettingsException with all mistakes
   */
  public SettingValues resolve(Map<String, String> flags, Map<String, String> environment) {
    SettingInputs inputs = new SettingInputs(flags, environment);
    List<SettingProblem> problems = new ArrayList<>();
    Map<String, Resolved<?>> resolved = new LinkedHashMap<>();
    for (Setting<?> setting : settings) {
      resolved.put(
          setting.name(),
          foreign.contains(setting.name())
              ? byDefault(setting, problems)
              : resolve(setting, inputs, problems));
    }
    List<String> warnings =
        foreign.isEmpty()
            ? UnknownNames.warnings(process, known, ignored, environment)
            : UnknownNames.closeOnes(process, known, ignored, environment);
    SettingValues values =
        new SettingValues(resolved, KafkaClientProperties.read(environment, problems), warnings);
    for (SettingsCheck check : checks) {
      problems.addAll(check.check(values));
    }
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems, warnings);
    }
    return values;
  }

  private static <T> Resolved<T> resolve(
      Setting<T> setting, SettingInputs inputs, List<SettingProblem> problems) {
    return switch (inputs.find(setting)) {
      case Input.Given given -> parse(setting, given.source(), given.text(), problems);
      case Input.Absent absent -> byDefault(setting, problems);
      case Input.Unusable unusable -> {
        problems.add(unusable.problem());
        yield new Resolved<>(setting, unusable.problem().source(), null, null);
      }
    };
  }

  private static <T> Resolved<T> byDefault(Setting<T> setting, List<SettingProblem> problems) {
    return setting
        .defaultText()
        .map(text -> parse(setting, Source.DEFAULT, text, problems))
        .orElseGet(() -> new Resolved<>(setting, Source.DEFAULT, null, null));
  }

  private static <T> Resolved<T> parse(
      Setting<T> setting, Source source, String text, List<SettingProblem> problems) {
    return switch (setting.type().parse(text)) {
      case Parsed.Value<T> parsed -> new Resolved<>(setting, source, text, parsed.value());
      case Parsed.Invalid<T> invalid -> {
        problems.add(SettingProblem.of(setting, source, text, invalid.problem()));
        yield new Resolved<>(setting, source, text, null);
      }
    };
  }
}
