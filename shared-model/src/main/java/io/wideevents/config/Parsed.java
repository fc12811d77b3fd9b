package io.wideevents.config;

/** What became of a setting's text: a value, or the reason why it is none. */
public sealed interface Parsed<T> {

  /** The text is right. */
  record Value<T>(T value) implements Parsed<T> {}

  /**
   * The text is wrong.
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
