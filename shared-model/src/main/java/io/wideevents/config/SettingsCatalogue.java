package io.wideevents.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * All settings of a process or a command: what they are, and how they become a record. A flag
 * overrides the environment, and the environment overrides the default. Immutable.
 *
 * @param <R> the record
 */
public final class SettingsCatalogue<R> {
  private final String process;
  private final Function<SettingsReader, Supplier<R>> reading;
  private final List<Setting<?>> settings;
  private final Set<String> known;
  private final Set<String> ignored;
  private final boolean amongOthers;

  private SettingsCatalogue(
      String process,
      Function<SettingsReader, Supplier<R>> reading,
      Set<String> alsoKnown,
      Set<String> ignored,
      boolean amongOthers) {
    this.process = process;
    this.reading = reading;
    this.settings = declared(reading);
    Set<String> names = new HashSet<>(alsoKnown);
    for (Setting<?> setting : settings) {
      names.add(setting.name());
      setting.fileName().ifPresent(names::add);
    }
    this.known = Set.copyOf(names);
    this.ignored = Set.copyOf(ignored);
    this.amongOthers = amongOthers;
  }

  /**
   * The catalogue of the settings that a function reads, in the order in which it reads them.
   *
   * @param process the name of the process's launcher
   * @param reading reads the same settings each time, whatever their values are; builds the record
   *     later, when all settings are valid
   * @throws IllegalStateException if a declaration is wrong, or two settings share a flag
   */
  public static <R> SettingsCatalogue<R> of(
      String process, Function<SettingsReader, Supplier<R>> reading) {
    return new SettingsCatalogue<>(process, reading, Set.of(), Set.of(), false);
  }

  /**
   * This catalogue without warnings about these names, which another process of the deployment
   * reads.
   */
  public SettingsCatalogue<R> ignoring(Set<String> names) {
    return new SettingsCatalogue<>(process, reading, known, names, amongOthers);
  }

  /**
   * This catalogue for a part of a process, without warnings about names that the whole process
   * reads.
   */
  public SettingsCatalogue<R> partOf(SettingsCatalogue<?> whole) {
    return new SettingsCatalogue<>(process, reading, whole.known, whole.ignored, amongOthers);
  }

  /**
   * This catalogue for a library. The process around the library has its own variables, so this
   * catalogue warns only about unknown names that are close to a name that is read.
   */
  public SettingsCatalogue<R> amongOthers() {
    return new SettingsCatalogue<>(process, reading, known, ignored, true);
  }

  private static List<Setting<?>> declared(Function<SettingsReader, ?> reading) {
    SettingsReader reader = new SettingsReader(Map.of(), Map.of());
    var unused = reading.apply(reader);
    List<Setting<?>> declared = new ArrayList<>();
    Set<String> flags = new HashSet<>();
    for (SettingValue<?> value : reader.values()) {
      declared.add(value.setting());
      if (!flags.add(value.setting().flag())) {
        throw new IllegalStateException(value.setting().flag() + " is declared twice");
      }
    }
    return List.copyOf(declared);
  }

  public String process() {
    return process;
  }

  /** All settings, in the order of the documentation. */
  public List<Setting<?>> settings() {
    return settings;
  }

  /**
   * The settings with these names, in the order of the names.
   *
   * @throws IllegalArgumentException if one of them does not exist
   */
  public List<Setting<?>> settings(String... names) {
    Map<String, Setting<?>> byName =
        settings.stream().collect(Collectors.toMap(Setting::name, each -> each));
    if (!byName.keySet().containsAll(Arrays.asList(names))) {
      throw new IllegalArgumentException(
          "Not all settings of %s: %s".formatted(process, String.join(", ", names)));
    }
    return Arrays.stream(names).<Setting<?>>map(byName::get).toList();
  }

  /**
   * Reads the settings.
   *
   * @param flags value by flag, {@code --batch-size} → {@code 100}
   * @param environment as of {@link System#getenv()}
   * @throws InvalidSettingsException with all mistakes
   */
  public SettingValues<R> resolve(Map<String, String> flags, Map<String, String> environment) {
    SettingsReader reader = new SettingsReader(flags, environment);
    Supplier<R> record = reading.apply(reader);
    List<String> warnings =
        amongOthers
            ? UnknownNames.closeOnes(process, known, ignored, environment)
            : UnknownNames.warnings(process, known, ignored, environment);
    List<SettingProblem> problems = reader.checkAll();
    if (!problems.isEmpty()) {
      throw new InvalidSettingsException(problems, warnings);
    }
    return new SettingValues<>(
        record.get(), List.copyOf(reader.values()), reader.shownKafkaClient(), warnings);
  }
}
