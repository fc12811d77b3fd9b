package io.wideevents.client;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.duration;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import io.wideevents.logging.LoggingSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings that the client reads from the environment of its service.
 *
 * @param closeTimeout how long closing takes at most
 * @param journal empty: events wait in memory only
 * @param waits whether a request ends only after its event is in the journal
 */
record ClientSettings(
    SenderSettings gateway,
    LoggingSettings logging,
    Duration closeTimeout,
    Optional<JournalSettings> journal,
    boolean waits) {

  static SettingsCatalogue<ClientSettings> catalogue(String service) {
    return SettingsCatalogue.of("the wide-events client", reader -> read(reader, service))
        .ignoring(CommonSettings.OF_THE_WORKER)
        .amongOthers();
  }

  private static Supplier<ClientSettings> read(SettingsReader settings, String service) {
    Supplier<SenderSettings> gateway = SenderSettings.read(settings);
    SettingValue<Duration> closeTimeout =
        settings
            .read("GATEWAY_CLOSE_TIMEOUT", duration(Duration.ofMillis(100), Duration.ofMinutes(5)))
            .byDefault("5s")
            .means("How long closing waits for events that the gateway has not confirmed yet.");
    Supplier<Optional<JournalSettings>> journal = JournalSettings.read(settings);
    SettingValue<Boolean> waits = LoggingSettings.journal(settings);
    settings.check(
        () -> {
          if (waits.get() && journal.get().isEmpty()) {
            settings.reject(waits, "needs GATEWAY_JOURNAL_DIR, the directory of the journal");
          }
        });
    SettingValue<Boolean> mdc =
        settings
            .read("LOGGING_MDC", bool())
            .byDefault("true")
            .means(
                "Whether the request's id is in SLF4J's MDC, as requestId, while the request"
                    + " runs.");
    Supplier<LoggingSettings> logging =
        LoggingSettings.read(
            settings,
            service,
            CommonSettings.rules(settings, () -> EncoderSettings.DEFAULT_MAX_EVENTS));
    return () ->
        new ClientSettings(
            gateway.get(),
            logging
                .get()
                .inMdc(mdc.get())
                .timed(
                    waits.get()
                        ? LoggingSettings.DEFAULT_DELIVERY_TIMEOUT
                        : gateway.get().retryFor(),
                    closeTimeout.get()),
            closeTimeout.get(),
            journal.get(),
            waits.get());
  }
}
