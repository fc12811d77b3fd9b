package io.wideevents.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.event.EventLimits;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The setting with the names of redacted fields, separated by commas. {@code default} stands for
 * the built-in list, so that a user can extend it; {@code none} turns redaction off.
 */
final class RedactedNames {
  private static final String BUILT_IN = "default";

  private RedactedNames() {}

  static SettingType<Set<String>> type() {
    SettingType<List<String>> names = SettingType.names();
    return new SettingType<>(
        names.label(),
        text ->
            switch (names.parse(text)) {
              case Parsed.Value<List<String>> given -> expand(given.value());
              case Parsed.Invalid<List<String>> invalid -> Parsed.invalid(invalid.problem());
            });
  }

  private static Parsed<Set<String>> expand(List<String> names) {
    Set<String> expanded = new HashSet<>(names);
    if (expanded.remove(BUILT_IN)) {
      expanded.addAll(EncoderSettings.DEFAULT_REDACTED_NAMES);
    }
    try {
      // The encoder validates the patterns; the other arguments are not used.
      return Parsed.value(
          new EncoderSettings(
                  EventLimits.DEFAULT,
                  EncoderSettings.DEFAULT_MAX_EVENTS,
                  EncoderSettings.DEFAULT_RETENTION,
                  EncoderSettings.DEFAULT_MAX_FUTURE,
                  expanded)
              .redactedNames());
    } catch (IllegalArgumentException e) {
      return Parsed.invalid("cannot be used: " + e.getMessage());
    }
  }
}
