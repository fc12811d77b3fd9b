package io.wideevents.config;

import io.wideevents.config.SettingInputs.Input;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads settings from flags and environment. The call that reads a setting is its only declaration:
 *
 * <pre>{@code
 * static Supplier<SpoolSettings> read(SettingsReader settings) {
 *   SettingValue<Integer> rate =
 *       settings
 *           .read("SPOOL_REPLAY_RATE", integer(1, 1_000_000))
 *           .byDefault("5000")
 *           .unit("events a second")
 *           .means("Maximum rate at which the spool is replayed.");
 *   return () -> new SpoolSettings(rate.get());
 * }
 * }</pre>
 *
 * <p>Reading continues after a mistake, so that all mistakes are reported together. The record is
 * built after all settings were read and found valid. For one use by one thread.
 */
public final class SettingsReader {
  private final SettingInputs inputs;
  private final KafkaClientProperties kafkaClient;
  private final Map<String, SettingValue<?>> values = new LinkedHashMap<>();
  private final List<SettingProblem> problems = new ArrayList<>();
  private final List<Runnable> checks = new ArrayList<>();

  SettingsReader(Map<String, String> flags, Map<String, String> environment) {
    this.inputs = new SettingInputs(flags, environment);
    this.kafkaClient = KafkaClientProperties.read(environment);
  }

  /**
   * Begins the declaration of a setting. {@link Declaration#means} completes it and reads the
   * value. A part that needs a setting of another part calls the other part's declaration again;
   * both get the same value.
   *
   * @param name the environment variable, in upper case
   */
  public <T> Declaration<T> read(String name, SettingType<T> type) {
    return new Declaration<>(name, type);
  }

  /**
   * Adds a rule between settings. The rule is checked after all settings were read. If the rule
   * calls {@link SettingValue#get} on an invalid setting, the rule ends and reports nothing,
   * because that setting is reported already.
   *
   * @param check calls {@link #reject} or {@link #rejectKafkaClient} if the rule is violated
   */
  public void check(Runnable check) {
    checks.add(check);
  }

  /** Adds the rule that a setting is not more than another one. */
  public <T extends Comparable<T>> void checkAtMost(SettingValue<T> lesser, SettingValue<T> most) {
    check(
        () -> {
          Optional<T> value = lesser.find();
          Optional<T> limit = most.find();
          if (value.isPresent() && limit.isPresent() && value.get().compareTo(limit.get()) > 0) {
            reject(lesser, "is more than " + most);
          }
        });
  }

  /**
   * Reports that a setting is wrong in combination with others.
   *
   * @param what worded to follow the value: {@code "is more than MQ_BATCH_MAX_SIZE=50"}
   */
  public void reject(SettingValue<?> value, String what) {
    problems.add(value.problem(what));
  }

  /**
   * Reports a message of Kafka's client library.
   *
   * @param message names the property; the property's value is omitted if it is secret
   */
  public void rejectKafkaClient(String message) {
    problems.add(kafkaClient.problem(message));
  }

  /**
   * Properties for every Kafka client, by Kafka's names. Properties on which the guarantees of this
   * project depend are excluded.
   */
  public Map<String, String> kafkaClient() {
    return kafkaClient.values();
  }

  /** Runs the checks, and returns all problems. Called once, after all settings were read. */
  List<SettingProblem> checkAll() {
    problems.addAll(kafkaClient.problems());
    for (Runnable check : checks) {
      try {
        check.run();
      } catch (SettingValue.InvalidValueException e) {
        // The invalid setting is reported already.
      }
    }
    return List.copyOf(problems);
  }

  /** What was read so far, in the order of the first reading. */
  Collection<SettingValue<?>> values() {
    return values.values();
  }

  Map<String, String> shownKafkaClient() {
    return kafkaClient.shown();
  }

  @SuppressWarnings("unchecked") // read under the same name by the same declaration
  private <T> SettingValue<T> value(Setting<T> setting) {
    SettingValue<?> before = values.get(setting.name());
    if (before == null) {
      before = valueOf(setting);
      values.put(setting.name(), before);
    } else {
      requireSame(before.setting(), setting);
    }
    return (SettingValue<T>) before;
  }

  /** Compares all parts that can be compared: the parser of a type cannot. */
  private static void requireSame(Setting<?> first, Setting<?> second) {
    requireSame(first, second, "flag", Setting::flag);
    requireSame(first, second, "type", setting -> setting.type().label());
    requireSame(first, second, "default", Setting::defaultText);
    requireSame(first, second, "unit", Setting::unit);
    requireSame(first, second, "example", Setting::example);
    requireSame(first, second, "meaning", Setting::meaning);
    requireSame(first, second, "secrecy", Setting::secrecy);
  }

  private static void requireSame(
      Setting<?> first, Setting<?> second, String part, Function<Setting<?>, Object> partOf) {
    if (!partOf.apply(first).equals(partOf.apply(second))) {
      throw new IllegalStateException(
          "%s is declared twice, with a different %s".formatted(first.name(), part));
    }
  }

  private <T> SettingValue<T> valueOf(Setting<T> setting) {
    return switch (inputs.find(setting)) {
      case Input.Given given -> parse(setting, given.source(), given.text());
      case Input.Absent absent ->
          setting
              .defaultText()
              .map(text -> parse(setting, Source.DEFAULT, text))
              .orElseGet(() -> new SettingValue<>(setting, Source.DEFAULT, null, null));
      case Input.Unusable unusable -> {
        problems.add(unusable.problem());
        yield new SettingValue<>(setting, unusable.problem().source(), null, null);
      }
    };
  }

  private <T> SettingValue<T> parse(Setting<T> setting, Source source, String text) {
    return switch (setting.type().parse(text)) {
      case Parsed.Value<T> parsed -> new SettingValue<>(setting, source, text, parsed.value());
      case Parsed.Invalid<T> invalid -> {
        problems.add(SettingProblem.of(setting, source, text, invalid.problem()));
        yield new SettingValue<>(setting, source, text, null);
      }
    };
  }

  /** Collects the parts of a declaration. */
  public final class Declaration<T> {
    private final String name;
    private final SettingType<T> type;
    private String flag;
    private @Nullable String defaultText;
    private String unit = "";
    private @Nullable String example;
    private Secrecy secrecy = Secrecy.PUBLIC;

    private Declaration(String name, SettingType<T> type) {
      this.name = name;
      this.type = type;
      this.flag = "--" + name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Sets the flag, if the name in lower case is not suitable. */
    public Declaration<T> flag(String flag) {
      this.flag = flag;
      return this;
    }

    /** Sets the default. Without one the setting is unset unless a value is given. */
    public Declaration<T> byDefault(String text) {
      this.defaultText = text;
      return this;
    }

    /** Sets what a number counts, such as {@code events}. */
    public Declaration<T> unit(String unit) {
      this.unit = unit;
      return this;
    }

    /** Sets the example shown in problems; needed only if there is no default. */
    public Declaration<T> example(String text) {
      this.example = text;
      return this;
    }

    /** Sets what may be shown, and whether {@code NAME_FILE} is accepted. */
    public Declaration<T> secrecy(Secrecy secrecy) {
      this.secrecy = secrecy;
      return this;
    }

    /**
     * Completes the declaration and reads the value.
     *
     * @param meaning one or two sentences, including the relation to other settings
     * @throws IllegalStateException if there is neither a default nor an example, if one of them is
     *     invalid, or if the name is declared elsewhere and a part of the declarations differs
     */
    public SettingValue<T> means(String meaning) {
      String shown = example == null ? defaultText : example;
      if (shown == null) {
        throw new IllegalStateException(name + " has neither a default nor an example");
      }
      return value(
          new Setting<>(
              name, flag, type, Optional.ofNullable(defaultText), unit, shown, meaning, secrecy));
    }
  }
}
