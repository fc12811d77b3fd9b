package io.wideevents.delivery.setup;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.mongo.MongoSettings;
import java.util.Optional;

/**
 * The settings of the delivery chain. Immutable.
 *
 * @param kafka the publishing settings; empty if the message queue is switched off
 * @param rules the limits of events; events that are read from the spool have the same limits
 */
public record DeliverySettings(
    Optional<KafkaSettings> kafka,
    MongoSettings mongo,
    SpoolSettings spool,
    EncoderSettings rules) {

  /** Reads whether the message queue is used. */
  public static SettingValue<Boolean> queueEnabled(SettingsReader settings) {
    return settings
        .read("MQ_ENABLED", SettingType.bool())
        .byDefault("true")
        .means(
            "Whether events go through the message queue. false: events go straight to"
                + " MongoDB.");
  }
}
