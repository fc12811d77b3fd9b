package io.wideevents.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How the text of a setting is parsed. Immutable.
 *
 * @param label stands for the value in help texts, such as {@code duration}
 * @param parser reads text that is stripped and not empty
 */
public record SettingType<T>(String label, Function<String, Parsed<T>> parser) {
  private static final SettingType<Boolean> BOOL =
      new SettingType<>(
          "true|false",
          text ->
              switch (text.toLowerCase(Locale.ROOT)) {
                case "true" -> Parsed.value(true);
                case "false" -> Parsed.value(false);
                default -> Parsed.invalid("is neither true nor false");
              });

  Parsed<T> parse(String text) {
    return parser.apply(text);
  }

  /** Any text. */
  public static SettingType<String> text() {
    return new SettingType<>("text", Parsed::value);
  }

  /**
   * Text that matches a regular expression.
   *
   * @param form must match the whole text
   * @param problem what is wrong otherwise, worded to follow the value
   */
  public static SettingType<String> matching(String label, String form, String problem) {
    Pattern pattern = Pattern.compile(form);
    return new SettingType<>(
        label,
        text -> pattern.matcher(text).matches() ? Parsed.value(text) : Parsed.invalid(problem));
  }

  /** Exactly {@code true} or {@code false}. */
  public static SettingType<Boolean> bool() {
    return BOOL;
  }

  /** Whether the flag alone, without a value, means {@code true}. */
  public boolean isSwitch() {
    return equals(BOOL);
  }

  /** A whole number from {@code min} to {@code max}, both included. */
  public static SettingType<Integer> integer(int min, int max) {
    return new SettingType<>(
        "number",
        text -> {
          int number;
          try {
            number = Integer.parseInt(text);
          } catch (NumberFormatException e) {
            return Parsed.invalid("is not a whole number from %d to %d".formatted(min, max));
          }
          return number >= min && number <= max
              ? Parsed.value(number)
              : Parsed.invalid("is outside %d to %d".formatted(min, max));
        });
  }

  /** A duration with its unit, such as {@code 500ms} or {@code 30d}; both bounds included. */
  public static SettingType<Duration> duration(Duration min, Duration max) {
    return new SettingType<>("duration", text -> DurationText.parse(text, "", min, max));
  }

  /** As {@link #duration}, for names that end in {@code _MS}: a plain number is milliseconds. */
  public static SettingType<Duration> millis(Duration min, Duration max) {
    return new SettingType<>("ms", text -> DurationText.parse(text, "ms", min, max));
  }

  /** A size in bytes, such as {@code 64KiB} or {@code 8MiB}; both bounds included. */
  public static SettingType<Long> bytes(long min, long max) {
    return new SettingType<>("size", text -> ByteSizeText.parse(text, min, max));
  }

  /** As {@link #bytes}, for sizes that become the length of an array. */
  public static SettingType<Integer> smallBytes(int min, int max) {
    SettingType<Long> wide = bytes(min, max);
    return new SettingType<>(
        wide.label(),
        text ->
            switch (wide.parse(text)) {
              case Parsed.Value<Long> size -> Parsed.value(Math.toIntExact(size.value()));
              case Parsed.Invalid<Long> invalid -> Parsed.invalid(invalid.problem());
            });
  }

  /** One or more {@code host:port}, separated by commas. */
  public static SettingType<HostPorts> hostPorts() {
    return new SettingType<>("host:port,…", HostPorts::parse);
  }

  /** The name of an enum constant in lower case, with {@code -} instead of {@code _}. */
  public static <E extends Enum<E>> SettingType<E> choice(Class<E> type) {
    List<E> constants = List.of(type.getEnumConstants());
    Function<E, String> name = e -> e.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String names = constants.stream().map(name).collect(Collectors.joining("|"));
    return new SettingType<>(
        names,
        text ->
            constants.stream()
                .filter(constant -> name.apply(constant).equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .map(Parsed::value)
                .orElseGet(() -> Parsed.invalid("is not one of " + names)));
  }

  /** A path; the file does not have to exist. */
  public static SettingType<Path> path() {
    return new SettingType<>(
        "path",
        text -> {
          try {
            return Parsed.value(Path.of(text));
          } catch (InvalidPathException e) {
            return Parsed.invalid("is not a path");
          }
        });
  }

  /** Names separated by commas, in order, none of them empty; {@code none} for an empty list. */
  public static SettingType<List<String>> names() {
    return new SettingType<>(
        "name,…",
        text -> {
          if (text.equals("none")) {
            return Parsed.value(List.of());
          }
          List<String> names = new ArrayList<>();
          for (String name : text.split(",", -1)) {
            if (name.isBlank()) {
              return Parsed.invalid("has an empty name in it");
            }
            names.add(name.strip());
          }
          return Parsed.value(List.copyOf(names));
        });
  }
}
