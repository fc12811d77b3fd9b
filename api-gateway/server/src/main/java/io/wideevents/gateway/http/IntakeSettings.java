package io.wideevents.gateway.http;

import static io.wideevents.config.SettingType.bool;

import io.wideevents.codec.IntakeMode;
import io.wideevents.config.Parsed;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.setup.DeliverySettings;
import java.util.function.Supplier;

/**
 * What happens to posted events that do not follow the rules.
 *
 * @param intake how strictly events are read, unless the caller's key says otherwise
 * @param deadLettersRejected whether rejected events go to the dead-letter topic
 */
public record IntakeSettings(IntakeMode intake, boolean deadLettersRejected) {
  private static final SettingType<IntakeMode> INTAKE =
      new SettingType<>("intake", IntakeSettings::parsed);

  /** Reads the settings. */
  public static Supplier<IntakeSettings> read(SettingsReader settings) {
    SettingValue<IntakeMode> intake =
        settings
            .read("HTTP_INTAKE", INTAKE)
            .byDefault(IntakeMode.STRICT.text())
            .example("lenient;nest;zone=Europe/Berlin;service=web")
            .means(
                "How strictly posted events are read: strict, or lenient with options (see"
                    + " lenient-intake.md). A key of API_KEYS_FILE may name another intake.");
    SettingValue<Boolean> deadLetters =
        settings
            .read("MQ_DLQ_REJECTED", bool())
            .byDefault("false")
            .means(
                "Whether the gateway sends events that it rejects to the dead-letter topic as"
                    + " well, with the reason and the name of the key. The reply lists them"
                    + " too. While the topic does not acknowledge them, such requests are"
                    + " answered with 503. An event that is not JSON is kept unredacted.");
    settings.check(
        () -> {
          if (deadLetters.get() && !DeliverySettings.queueEnabled(settings).get()) {
            settings.reject(
                deadLetters,
                "needs Kafka, which MQ_ENABLED=false turns off; leave one of them out");
          }
        });
    return () -> new IntakeSettings(intake.get(), deadLetters.get());
  }

  private static Parsed<IntakeMode> parsed(String text) {
    try {
      return Parsed.value(IntakeMode.parse(text));
    } catch (IllegalArgumentException e) {
      return Parsed.invalid(String.valueOf(e.getMessage()));
    }
  }
}
