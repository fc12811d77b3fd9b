package io.wideevents.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;

/** The typed settings in effect. Immutable; created by {@link SettingsCatalogue#resolve}. */
public final class SettingValues {
  private final Map<String, Resolved<?>> resolved;
  private final KafkaClientProperties kafkaClient;
  private final List<String> warnings;

  /**
   * One setting and its value.
   *
   * @param text the value as written; null if the setting is unset
   * @param value null if the setting is unset or its text is invalid
   */
  record Resolved<T>(Setting<T> setting, Source source, @Nullable String text, @Nullable T value) {
    String shown() {
      return text == null ? "" : Masking.mask(setting.secrecy(), text);
    }
  }

  SettingValues(
      Map<String, Resolved<?>> resolved, KafkaClientProperties kafkaClient, List<String> warnings) {
    this.resolved = resolved;
    this.kafkaClient = kafkaClient;
    this.warnings = List.copyOf(warnings);
  }

  /**
   * The value of a setting that has a default.
   *
   * @throws IllegalStateException if it is unset or not in the catalogue, which is a bug of the
   *     caller
   */
  public <T> T get(Setting<T> setting) {
    return find(setting)
        .orElseThrow(() -> new IllegalStateException(setting + " has no value; use find"));
  }

  /** The value of a setting; empty if it is unset, invalid, or not in the catalogue. */
  public <T> Optional<T> find(Setting<T> setting) {
    return resolved(setting).map(Resolved::value);
  }

  /** Whether the user gave the value, even if it equals the default. */
  public boolean isExplicit(Setting<?> setting) {
    return resolved(setting).map(r -> r.source() != Source.DEFAULT).orElse(false);
  }

  /**
   * Properties for every Kafka client, by Kafka's names. Properties on which the guarantees of this
   * project depend are excluded.
   */
  public Map<String, String> kafkaClient() {
    return kafkaClient.values();
  }

  /**
   * Warnings about environment variables that resemble known names and are unknown; one line each.
   */
  public List<String> warnings() {
    return warnings;
  }

  /**
   * Creates a problem of a setting in combination with others.
   *
   * @param what worded to follow the value: {@code "is more than MQ_BATCH_MAX_SIZE=50"}
   */
  public SettingProblem problem(Setting<?> setting, String what) {
    Resolved<?> found =
        resolved(setting)
            .orElseThrow(() -> new IllegalArgumentException(setting + " is not in the catalogue"));
    String text = found.text() == null ? "" : found.text();
    return SettingProblem.of(setting, found.source(), text, what);
  }

  /**
   * Creates a problem from a message of Kafka's client library.
   *
   * @param message names the property; its value is omitted if it is secret
   */
  public SettingProblem kafkaClientProblem(String message) {
    return kafkaClient.problem(message);
  }

  /** {@code NAME=value} for a message about another setting; a secret is masked. */
  public String shown(Setting<?> setting) {
    return setting.name() + "=" + resolved(setting).map(Resolved::shown).orElse("");
  }

  /** Logs the warnings, then every setting in effect in one line; secrets are masked. */
  public void logTo(Logger log) {
    warnings.forEach(log::warn);
    LoggingEventBuilder line = log.atInfo().setMessage("Settings in effect");
    for (Resolved<?> each : resolved.values()) {
      if (each.text() != null) {
        line = line.addKeyValue(each.setting().name(), each.shown());
      }
    }
    for (Map.Entry<String, String> property : kafkaClient.shown().entrySet()) {
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
    for (Resolved<?> each : resolved.values()) {
      String source = each.text() == null ? "unset" : each.source().name().toLowerCase(Locale.ROOT);
      lines.append("%s=%s  # %s%n".formatted(each.setting().name(), each.shown(), source));
    }
    kafkaClient.shown().forEach((n, v) -> lines.append("%s=%s  # environment%n".formatted(n, v)));
    warnings.forEach(warning -> lines.append("# %s%n".formatted(warning)));
    return lines.toString();
  }

  @SuppressWarnings("unchecked") // stored under the name of the setting that parsed it
  private <T> Optional<Resolved<T>> resolved(Setting<T> setting) {
    return Optional.ofNullable((Resolved<T>) resolved.get(setting.name()));
  }
}
