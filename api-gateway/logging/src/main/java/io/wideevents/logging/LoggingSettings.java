package io.wideevents.logging;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.bytes;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.Parsed;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.logging.sampling.Sampling;
import io.wideevents.logging.sampling.SamplingRule;
import io.wideevents.logging.sampling.SamplingText;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/**
 * Settings for the events of a service's own requests. Immutable.
 *
 * @param service the service's name in its events, not blank, at most 80 characters
 * @param rules limits of an event, and the names that are redacted
 * @param sampling which events are kept
 * @param queueBytes memory for events that the tiers have no outcome for, in bytes; positive
 * @param overflowBytes memory for events on their way to the spool, in bytes; positive
 * @param deliveryTimeout how long the tiers together may take for a batch
 * @param closeTimeout how long closing waits for the accepted events: an eighth of it for the
 *     tiers, the rest for the spool; without a spool all of it for the tiers
 * @param inMdc whether the request's id is in SLF4J's {@code MDC} while a context is bound
 */
public record LoggingSettings(
    String service,
    EncoderSettings rules,
    Sampling sampling,
    long queueBytes,
    long overflowBytes,
    Duration deliveryTimeout,
    Duration closeTimeout,
    boolean inMdc) {
  public static final long DEFAULT_QUEUE_BYTES = 32L << 20;
  public static final long DEFAULT_OVERFLOW_BYTES = 8L << 20;
  public static final Duration DEFAULT_DELIVERY_TIMEOUT = Duration.ofSeconds(8);
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private static final int MAX_SERVICE_LENGTH = 80;
  private static final long MEBIBYTE = 1L << 20;
  private static final long GIBIBYTE = 1L << 30;

  public LoggingSettings {
    // 80 characters are at most 240 bytes of UTF-8, which is sufficient for a name.
    if (service.isBlank() || service.length() > MAX_SERVICE_LENGTH) {
      throw new IllegalArgumentException(
          "service='%s' is blank or longer than %d characters"
              .formatted(service, MAX_SERVICE_LENGTH));
    }
    if (queueBytes < 1 || overflowBytes < 1) {
      throw new IllegalArgumentException(
          "queueBytes=%d or overflowBytes=%d is not positive".formatted(queueBytes, overflowBytes));
    }
  }

  /**
   * Reads the settings for the events of a process's own requests: of the gateway, or of a service
   * with the library.
   *
   * @param service the service's name in its events
   * @param rules limits and redaction of an event
   */
  public static Supplier<LoggingSettings> read(
      SettingsReader settings, String service, Supplier<EncoderSettings> rules) {
    // The setting is read here for its place in the documentation. The library uses its value.
    var unused = journal(settings);
    SettingValue<List<SamplingRule>> sampling =
        settings
            .read("LOGGING_SAMPLING", samplingRules())
            .byDefault("off")
            .example("error=all; slow>500ms=all; route:GET /health*=1/1000; rest=1/10")
            .means(
                "Rules, separated by semicolons, that decide which of the process's own"
                    + " events are kept. The first rule that matches decides, after the request has"
                    + " ended.");
    SettingValue<Boolean> dryRun =
        settings
            .read("LOGGING_SAMPLING_DRY_RUN", bool())
            .byDefault("false")
            .means("Whether to keep all events and note in each what LOGGING_SAMPLING would do.");
    SettingValue<Long> queueBytes =
        settings
            .read("LOGGING_QUEUE_BYTES", bytes(MEBIBYTE, 16 * GIBIBYTE))
            .byDefault("32MiB")
            .means("Memory for the process's own events that no tier has acknowledged yet.");
    SettingValue<Long> overflowBytes =
        settings
            .read("LOGGING_OVERFLOW_BYTES", bytes(MEBIBYTE, 16 * GIBIBYTE))
            .byDefault("8MiB")
            .means(
                "Memory for own events on their way to the spool, used when"
                    + " LOGGING_QUEUE_BYTES are full. When both are full, events are dropped,"
                    + " counted and logged.");

    CommonSettings.checkHoldsEvents(settings, queueBytes, 1);
    return () ->
        new LoggingSettings(
            service,
            rules.get(),
            new Sampling(sampling.get(), dryRun.get() ? Sampling.Mode.DRY_RUN : Sampling.Mode.DROP),
            queueBytes.get(),
            overflowBytes.get(),
            DEFAULT_DELIVERY_TIMEOUT,
            DEFAULT_CLOSE_TIMEOUT,
            false);
  }

  /** Reads whether a reply waits for the spool. */
  public static SettingValue<Boolean> journal(SettingsReader settings) {
    return settings
        .read("LOGGING_JOURNAL", bool())
        .byDefault("false")
        .means(
            "Whether a reply waits until the event of its request is on the spool's disk."
                + " true: a kill -9 loses no event of an answered request. false: it can lose"
                + " the events of some milliseconds.");
  }

  private static SettingType<List<SamplingRule>> samplingRules() {
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

  /** Default settings for a service, without sampling. */
  public static LoggingSettings of(String service) {
    return new LoggingSettings(
        service,
        EncoderSettings.DEFAULT,
        Sampling.OFF,
        DEFAULT_QUEUE_BYTES,
        DEFAULT_OVERFLOW_BYTES,
        DEFAULT_DELIVERY_TIMEOUT,
        DEFAULT_CLOSE_TIMEOUT,
        false);
  }

  /** Returns these settings with other sampling. */
  public LoggingSettings sampledBy(Sampling other) {
    return new LoggingSettings(
        service, rules, other, queueBytes, overflowBytes, deliveryTimeout, closeTimeout, inMdc);
  }

  /** Returns these settings with other limits of the two queues, in bytes. */
  public LoggingSettings boundedBy(long queue, long overflow) {
    return new LoggingSettings(
        service, rules, sampling, queue, overflow, deliveryTimeout, closeTimeout, inMdc);
  }

  /** Returns these settings with other timeouts. */
  public LoggingSettings timed(Duration delivery, Duration close) {
    return new LoggingSettings(
        service, rules, sampling, queueBytes, overflowBytes, delivery, close, inMdc);
  }

  /**
   * Returns these settings with the choice whether the request's id, under the name {@code
   * requestId}, is in SLF4J's {@code MDC} while a context is bound.
   */
  public LoggingSettings inMdc(boolean choice) {
    return new LoggingSettings(
        service, rules, sampling, queueBytes, overflowBytes, deliveryTimeout, closeTimeout, choice);
  }
}
