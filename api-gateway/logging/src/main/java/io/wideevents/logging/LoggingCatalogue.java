package io.wideevents.logging;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.Parsed;
import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.setup.DeliveryCatalogue;
import io.wideevents.logging.sampling.Sampling;
import io.wideevents.logging.sampling.SamplingRule;
import io.wideevents.logging.sampling.SamplingText;
import java.util.ArrayList;
import java.util.List;

/**
 * The settings for the events of a process's own requests: of the gateway, or of a service with the
 * library.
 */
public final class LoggingCatalogue {
  private static final long MEBIBYTE = 1L << 20;
  private static final long GIBIBYTE = 1L << 30;

  public static final Setting<Boolean> LOGGING_JOURNAL =
      Setting.named("LOGGING_JOURNAL", SettingType.bool())
          .defaultsTo("false")
          .means(
              "Whether a reply waits until the event of its request is on the spool's disk."
                  + " true: a kill -9 loses no event of an answered request. false: it can lose"
                  + " the events of some milliseconds.");

  public static final Setting<List<SamplingRule>> LOGGING_SAMPLING =
      Setting.named("LOGGING_SAMPLING", sampling())
          .defaultsTo("off")
          .example("error=all; slow>500ms=all; route:GET /health*=1/1000; rest=1/10")
          .means(
              "Rules, separated by semicolons, that decide which of the process's own"
                  + " events are kept. The first rule that matches decides, after the request has"
                  + " ended.");

  public static final Setting<Boolean> LOGGING_SAMPLING_DRY_RUN =
      Setting.named("LOGGING_SAMPLING_DRY_RUN", SettingType.bool())
          .defaultsTo("false")
          .means("Whether to keep all events and note in each what LOGGING_SAMPLING would do.");

  public static final Setting<Long> LOGGING_QUEUE_BYTES =
      Setting.named("LOGGING_QUEUE_BYTES", SettingType.bytes(MEBIBYTE, 16 * GIBIBYTE))
          .defaultsTo("32MiB")
          .means("Memory for the process's own events that no tier has acknowledged yet.");

  public static final Setting<Long> LOGGING_OVERFLOW_BYTES =
      Setting.named("LOGGING_OVERFLOW_BYTES", SettingType.bytes(MEBIBYTE, 16 * GIBIBYTE))
          .defaultsTo("8MiB")
          .means(
              "Memory for own events on their way to the spool, used when"
                  + " LOGGING_QUEUE_BYTES are full. When both are full, events are dropped,"
                  + " counted and logged.");

  /** All settings declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(
          LOGGING_JOURNAL,
          LOGGING_SAMPLING,
          LOGGING_SAMPLING_DRY_RUN,
          LOGGING_QUEUE_BYTES,
          LOGGING_OVERFLOW_BYTES);

  private LoggingCatalogue() {}

  /** Checks that {@code LOGGING_QUEUE_BYTES} is sufficient for the largest event. */
  public static List<SettingProblem> check(SettingValues values) {
    List<SettingProblem> problems = new ArrayList<>();
    values
        .find(CommonSettings.EVENT_MAX_BYTES)
        .ifPresent(
            event ->
                DeliveryCatalogue.requireAtLeast(
                    DeliveryCatalogue.recordBytes(event), LOGGING_QUEUE_BYTES, values, problems));
    return problems;
  }

  /**
   * Returns the logging settings of a service.
   *
   * @param service the service's name in its events
   * @param rules limits and redaction of an event
   */
  public static LoggingSettings settings(
      SettingValues values, String service, EncoderSettings rules) {
    Sampling sampling =
        new Sampling(
            values.get(LOGGING_SAMPLING),
            values.get(LOGGING_SAMPLING_DRY_RUN) ? Sampling.Mode.DRY_RUN : Sampling.Mode.DROP);
    return new LoggingSettings(
        service,
        rules,
        sampling,
        values.get(LOGGING_QUEUE_BYTES),
        values.get(LOGGING_OVERFLOW_BYTES),
        LoggingSettings.DEFAULT_DELIVERY_TIMEOUT,
        LoggingSettings.DEFAULT_CLOSE_TIMEOUT);
  }

  private static SettingType<List<SamplingRule>> sampling() {
    return new SettingType<>(
        "rules|off",
        text -> {
          if (text.equals("off")) {
            return Parsed.value(List.of());
          }
          SamplingText rules = SamplingText.parse(text);
          return rules.problems().isEmpty()
              ? Parsed.value(rules.rules())
              : Parsed.invalid("has mistakes: " + String.join("; ", rules.problems()));
        });
  }
}
