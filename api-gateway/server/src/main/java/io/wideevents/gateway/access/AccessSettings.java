package io.wideevents.gateway.access;

import static io.wideevents.config.SettingType.integer;

import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The settings of API keys and rate limits. Immutable.
 *
 * @param keysFile hashes of the keys; empty if no request needs a key
 * @param rateLimit limit of each caller; empty for no limit
 */
public record AccessSettings(Optional<Path> keysFile, Optional<RateLimit> rateLimit) {
  private static final int MOST_EVENTS_PER_SECOND = 10_000_000;

  /** Reads the settings. */
  public static Supplier<AccessSettings> read(SettingsReader settings) {
    SettingValue<Path> keysFile = keysFile(settings);
    SettingValue<Integer> rate =
        settings
            .read("HTTP_RATE_LIMIT", integer(1, MOST_EVENTS_PER_SECOND))
            .example("1000")
            .unit("events a second")
            .means(
                "Average rate of events that each key may send. Without keys, all clients"
                    + " share the limit. Requests beyond it are answered with 429. Unset: no limit.");
    SettingValue<Integer> burst =
        settings
            .read("HTTP_RATE_BURST", integer(1, Integer.MAX_VALUE))
            .example("10000")
            .unit("events")
            .means(
                "Events that a key may send at once after a pause. A larger request is"
                    + " accepted when nothing was sent for that long; later requests then wait for"
                    + " the excess. Unset: ten seconds of HTTP_RATE_LIMIT.");

    settings.check(
        () -> {
          if (burst.find().isPresent() && !rate.isExplicit()) {
            settings.reject(burst, "limits nothing without HTTP_RATE_LIMIT beside it");
          }
        });
    return () ->
        new AccessSettings(
            keysFile.find(),
            rate.find()
                .map(
                    limit ->
                        new RateLimit(
                            limit, burst.find().orElse(limit * RateLimit.DEFAULT_BURST_SECONDS))));
  }

  /** Reads the file of keys, on which the rules for the address of the server depend. */
  public static SettingValue<Path> keysFile(SettingsReader settings) {
    return settings
        .read("API_KEYS_FILE", SettingType.path())
        .example("/etc/wide-events/keys")
        .means(
            "File with the hashes of the API keys, one line name:sha256-hex:scope,scope"
                + " for each, and perhaps :intake as for HTTP_INTAKE. It is read again when it changes. Unset: no request needs a key.");
  }
}
