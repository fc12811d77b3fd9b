package io.wideevents.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The inputs of the user: flags and environment variables, as text.
 *
 * @param flags value by flag, {@code --batch-size} → {@code 100}
 * @param environment value by name; an empty value counts as not given, because compose files set
 *     optional variables to an empty text
 */
record SettingInputs(Map<String, String> flags, Map<String, String> environment) {
  private static final long MAX_FILE_BYTES = 64 * 1024;

  sealed interface Input {
    record Given(Source source, String text) implements Input {}

    record Absent() implements Input {}

    record Unusable(SettingProblem problem) implements Input {}
  }

  Input find(Setting<?> setting) {
    String flag = flags.get(setting.flag());
    if (flag != null) {
      return flag.isBlank()
          ? unusable(setting, Source.FLAG, "", "is empty")
          : new Input.Given(Source.FLAG, flag.strip());
    }
    String direct = environment.getOrDefault(setting.name(), "").strip();
    String file = setting.fileName().map(n -> environment.getOrDefault(n, "")).orElse("").strip();
    if (!direct.isEmpty() && !file.isEmpty()) {
      return unusable(
          setting,
          Source.ENVIRONMENT,
          direct,
          "is given beside %s_FILE: keep one of the two".formatted(setting.name()));
    }
    if (!direct.isEmpty()) {
      return new Input.Given(Source.ENVIRONMENT, direct);
    }
    return file.isEmpty() ? new Input.Absent() : read(setting, file);
  }

  private static Input read(Setting<?> setting, String file) {
    return switch (readFile(file)) {
      case Parsed.Value<String> text -> new Input.Given(Source.FILE, text.value());
      case Parsed.Invalid<String> invalid ->
          new Input.Unusable(
              new SettingProblem(
                  Source.FILE,
                  "%s_FILE=%s %s (environment); use for example /run/secrets/%s"
                      .formatted(
                          setting.name(),
                          file,
                          invalid.problem(),
                          setting.name().toLowerCase(Locale.ROOT))));
    };
  }

  /** Reads a file with one secret; white space at its beginning and end is removed. */
  static Parsed<String> readFile(String file) {
    try {
      Path path = Path.of(file);
      if (Files.isDirectory(path)) {
        return Parsed.invalid("is a directory");
      }
      if (Files.size(path) > MAX_FILE_BYTES) {
        return Parsed.invalid("is larger than 64 KiB");
      }
      String text = Files.readString(path).strip();
      return text.isEmpty() ? Parsed.invalid("is an empty file") : Parsed.value(text);
    } catch (IOException | InvalidPathException e) {
      return Parsed.invalid("cannot be read (%s)".formatted(e.getClass().getSimpleName()));
    }
  }

  private static Input unusable(Setting<?> setting, Source source, String text, String what) {
    return new Input.Unusable(SettingProblem.of(setting, source, text, what));
  }
}
