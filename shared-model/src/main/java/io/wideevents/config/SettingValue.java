package io.wideevents.config;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One setting, with the value that was read. Immutable. */
public final class SettingValue<T> {
  private final Setting<T> setting;
  private final Source source;
  private final @Nullable String text;
  private final @Nullable T value;

  /**
   * Keeps what was read.
   *
   * @param text the value as written; null if the setting is unset
   * @param value null if the setting is unset or its text is invalid
   */
  SettingValue(Setting<T> setting, Source source, @Nullable String text, @Nullable T value) {
    this.setting = setting;
    this.source = source;
    this.text = text;
    this.value = value;
  }

  /**
   * The value of a setting that has a default.
   *
   * @throws InvalidValueException if the value is invalid; the exception ends the check that reads
   *     the value
   * @throws IllegalStateException if the setting is unset, which is a bug of the caller
   */
  public T get() {
    if (value != null) {
      return value;
    }
    if (source == Source.DEFAULT) {
      throw new IllegalStateException(setting + " has no value; use find");
    }
    throw new InvalidValueException(setting + " is invalid");
  }

  /** The value; empty if the setting is unset or invalid. */
  public Optional<T> find() {
    return Optional.ofNullable(value);
  }

  /** Whether the user gave the value, even if it equals the default. */
  public boolean isExplicit() {
    return source != Source.DEFAULT;
  }

  /** {@code NAME=value} for a message about another setting; a secret is masked. */
  @Override
  public String toString() {
    return setting.name() + "=" + shown();
  }

  Setting<T> setting() {
    return setting;
  }

  Source source() {
    return source;
  }

  boolean isUnset() {
    return text == null;
  }

  /** The value as written, masked if it is secret; empty if the setting is unset. */
  String shown() {
    return text == null ? "" : Masking.mask(setting.secrecy(), text);
  }

  SettingProblem problem(String what) {
    return SettingProblem.of(setting, source, text == null ? "" : text, what);
  }

  /** A check reads a setting whose value is invalid. */
  static final class InvalidValueException extends IllegalStateException {
    private InvalidValueException(String message) {
      super(message);
    }
  }
}
