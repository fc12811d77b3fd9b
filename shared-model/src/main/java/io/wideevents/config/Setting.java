package io.wideevents.config;

import java.util.Optional;

/**
 * What a setting is, as declared by {@link SettingsReader#read}. The flag, the help, the tables of
 * the documentation and the messages about the setting are derived from it. Immutable.
 *
 * @param name the environment variable
 * @param flag the command line flag, with its two dashes
 * @param defaultText the default in the format of the setting; empty if there is none
 * @param unit what a number counts, or empty
 * @param example a valid value, for messages
 * @param meaning one or two sentences, including the relation to other settings
 */
public record Setting<T>(
    String name,
    String flag,
    SettingType<T> type,
    Optional<String> defaultText,
    String unit,
    String example,
    String meaning,
    Secrecy secrecy) {

  /**
   * @throws IllegalStateException if the default or the example is invalid
   */
  public Setting {
    requireValid(name, type, "example", example);
    if (defaultText.isPresent()) {
      requireValid(name, type, "default", defaultText.get());
    }
  }

  private static void requireValid(String name, SettingType<?> type, String what, String text) {
    if (type.parse(text) instanceof Parsed.Invalid<?> invalid) {
      throw new IllegalStateException(
          "The %s of %s, %s, %s".formatted(what, name, text, invalid.problem()));
    }
  }

  /** The environment variable that may name a file with the value; only for secrets. */
  public Optional<String> fileName() {
    return secrecy.fromFile() ? Optional.of(name + "_FILE") : Optional.empty();
  }

  @Override
  public String toString() {
    return name;
  }
}
