package io.wideevents.inprocess;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.KafkaCluster;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.delivery.spool.SpoolSettings;
import io.wideevents.logging.LoggingSettings;
import io.wideevents.mongo.MongoSettings;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings that the library reads from the environment of its service.
 *
 * @param isJournal whether a reply waits until its event is in the spool
 */
record LibrarySettings(DeliverySettings delivery, LoggingSettings logging, boolean isJournal) {

  /**
   * The settings of a service. {@code LOG_LEVEL} and {@code LOG_FORMAT} are not among them: a
   * service may have variables with these names, whose values are not valid here.
   */
  static SettingsCatalogue<LibrarySettings> catalogue(String service) {
    return SettingsCatalogue.of("the wide-events library", reader -> read(reader, service))
        .ignoring(CommonSettings.OF_THE_WORKER)
        .amongOthers();
  }

  private static Supplier<LibrarySettings> read(SettingsReader settings, String service) {
    Supplier<KafkaCluster> cluster = KafkaCluster.read(settings);
    Supplier<MongoSettings> mongo = CommonSettings.mongo(settings);
    Supplier<EncoderSettings> rules =
        CommonSettings.rules(settings, () -> EncoderSettings.DEFAULT_MAX_EVENTS);
    SettingValue<Boolean> queueEnabled = DeliverySettings.queueEnabled(settings);
    Supplier<KafkaSettings> kafka = KafkaSettings.read(settings, cluster);
    Supplier<SpoolSettings> spool = SpoolSettings.read(settings);
    SettingValue<Boolean> journal = LoggingSettings.journal(settings);
    Supplier<LoggingSettings> logging = LoggingSettings.read(settings, service, rules);
    return () ->
        new LibrarySettings(
            new DeliverySettings(
                queueEnabled.get() ? Optional.of(kafka.get()) : Optional.empty(),
                mongo.get(),
                spool.get(),
                rules.get()),
            logging.get(),
            journal.get());
  }
}
