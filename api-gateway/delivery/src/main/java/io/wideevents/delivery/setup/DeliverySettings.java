package io.wideevents.delivery.setup;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.kafka.KafkaCatalogue;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.delivery.spool.SpoolCatalogue;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.mongo.MongoSettings;
import java.util.Optional;

/**
 * What the delivery chain is made from. Immutable.
 *
 * @param kafka how to publish; empty when the message queue is switched off
 * @param rules what events are held to, those that are read back from the spool included
 */
public record DeliverySettings(
    Optional<KafkaSettings> kafka,
    MongoSettings mongo,
    SpoolSettings spool,
    EncoderSettings rules) {

  /** The settings in effect. */
  public static DeliverySettings from(SettingValues values, EncoderSettings rules) {
    return new DeliverySettings(
        values.get(DeliveryCatalogue.MQ_ENABLED)
            ? Optional.of(KafkaCatalogue.settings(values))
            : Optional.empty(),
        CommonSettings.mongoSettings(values),
        SpoolCatalogue.settings(values),
        rules);
  }
}
