package io.wideevents.config;

/**
 * One mistake in the settings.
 *
 * @param source where the wrong value came from, which decides the exit code
 * @param message one line for an operator: the setting, its value (masked if secret), the source,
 *     what is wrong, and a valid example
 */
public record SettingProblem(Source source, String message) {
  private static final int MAX_SHOWN_CHARACTERS = 100;

  /**
   * Creates a problem such as {@code FLUSH_INTERVAL=-1s is not positive (environment); use for
   * example 1s}.
   *
   * @param text the value as given; shown as far as the setting's secrecy allows
   * @param what what is wrong, worded to follow the value
   */
  static SettingProblem of(Setting<?> setting, Source source, String text, String what) {
    String shown = printable(Masking.mask(setting.secrecy(), text));
    return new SettingProblem(
        source,
        "%s=%s %s (%s); use for example %s"
            .formatted(setting.name(), shown, what, origin(setting, source), setting.example()));
  }

  private static String origin(Setting<?> setting, Source source) {
    return switch (source) {
      case FLAG -> "flag " + setting.flag();
      case ENVIRONMENT -> "environment";
      case FILE -> "file named by " + setting.fileName().orElse(setting.name());
      case DEFAULT -> "default";
    };
  }

  private static String printable(String text) {
    String oneLine = text.replaceAll("\\p{Cntrl}", "?");
    return oneLine.length() <= MAX_SHOWN_CHARACTERS
        ? oneLine
        : oneLine.substring(0, MAX_SHOWN_CHARACTERS) + "…";
  }
}
