package io.wideevents.config;

import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One setting of a process. The flag, the environment variable, the documentation and the start-up
 * report are derived from this declaration. Immutable.
 *
 * <pre>{@code
 * static final Setting<Integer> BATCH_SIZE =
 *     Setting.named("MQ_BATCH_SIZE", SettingType.integer(1, 10_000))
 *         .flag("--batch-size")
 *         .defaultsTo("100")
 *         .unit("events")
 *         .example("500")
 *         .means("Events in one insert.");
 * }</pre>
 */
public final class Setting<T> {
  private final String name;
  private final String flag;
  private final SettingType<T> type;
  private final @Nullable String defaultText;
  private final String unit;
  private final String example;
  private final String meaning;
  private final Secrecy secrecy;

  private Setting(Builder<T> builder, String example, String meaning) {
    this.name = builder.name;
    this.flag = builder.flag;
    this.type = builder.type;
    this.defaultText = builder.defaultText;
    this.unit = builder.unit;
    this.example = example;
    this.meaning = meaning;
    this.secrecy = builder.secrecy;
  }

  /**
   * Begins a declaration. The flag is the name in lower case unless {@link Builder#flag} sets
   * another.
   *
   * @param name the environment variable, in upper case
   */
  public static <T> Builder<T> named(String name, SettingType<T> type) {
    return new Builder<>(name, type);
  }

  /** The environment variable. */
  public String name() {
    return name;
  }

  /** The command line flag, with its two dashes. */
  public String flag() {
    return flag;
  }

  public SettingType<T> type() {
    return type;
  }

  /** The default in the format of the setting; empty if the setting has no default. */
  public Optional<String> defaultText() {
    return Optional.ofNullable(defaultText);
  }

  /** What a number counts, or empty. */
  public String unit() {
    return unit;
  }

  /** A valid value, for messages. */
  public String example() {
    return example;
  }

  /** The meaning in one or two sentences. */
  public String meaning() {
    return meaning;
  }

  public Secrecy secrecy() {
    return secrecy;
  }

  /** The environment variable that may name a file with the value; only for secrets. */
  public Optional<String> fileName() {
    return secrecy.fromFile() ? Optional.of(name + "_FILE") : Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }

  /** Collects the parts of a setting; {@link #means} completes it. */
  public static final class Builder<T> {
    private final String name;
    private final SettingType<T> type;
    private String flag;
    private @Nullable String defaultText;
    private String unit = "";
    private @Nullable String example;
    private Secrecy secrecy = Secrecy.PUBLIC;

    private Builder(String name, SettingType<T> type) {
      this.name = name;
      this.type = type;
      this.flag = "--" + name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Sets the flag, if the name in lower case is not suitable. */
    public Builder<T> flag(String flag) {
      this.flag = flag;
      return this;
    }

    /** Sets the default. Without one the setting is unset unless a value is given. */
    public Builder<T> defaultsTo(String text) {
      this.defaultText = text;
      return this;
    }

    /** Sets what a number counts, such as {@code events}. */
    public Builder<T> unit(String unit) {
      this.unit = unit;
      return this;
    }

    /** Sets the example shown in problems; needed only if there is no default. */
    public Builder<T> example(String text) {
      this.example = text;
      return this;
    }

    /** Sets what may be shown, and whether {@code NAME_FILE} is accepted. */
    public Builder<T> secrecy(Secrecy secrecy) {
      this.secrecy = secrecy;
      return this;
    }

    /**
     * Completes the declaration.
     *
     * @param meaning one or two sentences, including the relation to other settings
     * @throws IllegalStateException if the default or the example is invalid
     */
    public Setting<T> means(String meaning) {
      String shown = example == null ? defaultText : example;
      if (shown == null) {
        throw new IllegalStateException(name + " has neither a default nor an example");
      }
      requireRight("example", shown);
      if (defaultText != null) {
        requireRight("default", defaultText);
      }
      return new Setting<>(this, shown, meaning);
    }

    private void requireRight(String what, String text) {
      if (type.parse(text) instanceof Parsed.Invalid<T> invalid) {
        throw new IllegalStateException(
            "The %s of %s, %s, %s".formatted(what, name, text, invalid.problem()));
      }
    }
  }
}
