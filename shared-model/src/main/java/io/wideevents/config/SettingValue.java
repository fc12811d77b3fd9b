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
   * @throws NoValueException if the setting is invalid or unset; an invalid setting ends the check
   *     in which it is read
   */
  public T get() {
    if (value == null) {
      throw new NoValueException(setting.name());
    }
    return value;
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

  /** A setting has no value, because it is unset or invalid. */
  static final class NoValueException extends IllegalStateException {
    private NoValueException(String name) {
      super(name + " has no value");
    }
  }
}
