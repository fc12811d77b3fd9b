package io.wideevents.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The settings in effect. Immutable; created by {@link SettingsCatalogue#resolve}.
 *
 * @param <R> the record that is built from them
 */
public final class SettingValues<R> {
  private final R settings;
  private final List<SettingValue<?>> values;
  private final Map<String, String> kafkaClient;
  private final List<String> warnings;

  SettingValues(
      R settings,
      List<SettingValue<?>> values,
      Map<String, String> kafkaClient,
      List<String> warnings) {
    this.settings = settings;
    this.values = values;
    this.kafkaClient = kafkaClient;
    this.warnings = List.copyOf(warnings);
  }

  /** The record, typed and validated. */
  public R settings() {
    return settings;
  }

  /** Warnings about unknown environment variables that resemble known names; one line each. */
  public List<String> warnings() {
    return warnings;
  }

  /** Logs the warnings, then every setting in effect in one line; secrets are masked. */
  public void logTo(Logger log) {
    warnings.forEach(log::warn);
    LoggingEventBuilder line = log.atInfo().setMessage("Settings in effect");
    for (SettingValue<?> each : values) {
      if (!each.isUnset()) {
        line = line.addKeyValue(each.setting().name(), each.shown());
      }
    }
    for (Map.Entry<String, String> property : kafkaClient.entrySet()) {
      line = line.addKeyValue(property.getKey(), property.getValue());
    }
    line.log();
  }

  /**
   * The output of {@code --print-config}: one {@code NAME=value} per line with its source, then the
   * warnings.
   */
  public String print() {
    StringBuilder lines = new StringBuilder();
    for (SettingValue<?> each : values) {
      String source = each.isUnset() ? "unset" : each.source().name().toLowerCase(Locale.ROOT);
      lines.append("%s  # %s%n".formatted(each, source));
    }
    kafkaClient.forEach((n, v) -> lines.append("%s=%s  # environment%n".formatted(n, v)));
    warnings.forEach(warning -> lines.append("# %s%n".formatted(warning)));
    return lines.toString();
  }
}
