package io.wideevents.config;

/** The result of parsing a setting's text: a value, or the problem of the text. */
public sealed interface Parsed<T> {

  /** The text is valid. */
  record Value<T>(T value) implements Parsed<T> {}

  /**
   * The text is invalid.
   *
   * @param problem what is wrong, worded to follow the value: {@code "is not positive"}
   */
  record Invalid<T>(String problem) implements Parsed<T> {}

  static <T> Parsed<T> value(T value) {
    return new Value<>(value);
  }

  static <T> Parsed<T> invalid(String problem) {
    return new Invalid<>(problem);
  }
}
