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
 * The settings of the delivery chain. Immutable.
 *
 * @param kafka the publishing settings; empty if the message queue is switched off
 * @param rules the limits of events, also of events that are read back from the spool
 */
public record DeliverySettings(
    Optional<KafkaSettings> kafka,
    MongoSettings mongo,
    SpoolSettings spool,
    EncoderSettings rules) {

  /** The delivery settings among the given values. */
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
