package io.wideevents.config;

import static io.wideevents.config.SettingType.choice;

import java.util.function.Supplier;

/**
 * The settings of the log lines that a process writes.
 *
 * @param isLevelExplicit whether the user chose the level
 */
public record LogSettings(LogLevel level, boolean isLevelExplicit, LogFormat format) {

  /** Reads the settings. */
  public static Supplier<LogSettings> read(SettingsReader settings) {
    SettingValue<LogLevel> level =
        settings
            .read("LOG_LEVEL", choice(LogLevel.class))
            .byDefault("info")
            .means(
                "Lowest level of the log lines that are written. debug also writes those of"
                    + " the libraries.");
    SettingValue<LogFormat> format =
        settings
            .read("LOG_FORMAT", choice(LogFormat.class))
            .byDefault("text")
            .means("Format of the log lines, which go to stderr.");
    return () -> new LogSettings(level.get(), level.isExplicit(), format.get());
  }
}
