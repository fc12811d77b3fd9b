package io.wideevents.gateway.access;

import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The settings of API keys and rate limits, part of the gateway's catalogue. */
public final class AccessCatalogue {
  private static final int MOST_EVENTS_PER_SECOND = 10_000_000;

  public static final Setting<Path> API_KEYS_FILE =
      Setting.named("API_KEYS_FILE", SettingType.path())
          .example("/etc/wide-events/keys")
          .means(
              "File with the hashes of the API keys, one line name:sha256-hex:scope,scope"
                  + " for each. It is read again when it changes. Unset: no request needs a key.");

  public static final Setting<Integer> HTTP_RATE_LIMIT =
      Setting.named("HTTP_RATE_LIMIT", SettingType.integer(1, MOST_EVENTS_PER_SECOND))
          .example("1000")
          .unit("events a second")
          .means(
              "Average rate of events that each key may send. Without keys, all clients"
                  + " share the limit. Requests beyond it are answered with 429. Unset: no limit.");

  public static final Setting<Integer> HTTP_RATE_BURST =
      Setting.named("HTTP_RATE_BURST", SettingType.integer(1, Integer.MAX_VALUE))
          .example("10000")
          .unit("events")
          .means(
              "Events that a key may send at once after a pause. A larger request is"
                  + " accepted when nothing was sent for that long; later requests then wait for"
                  + " the excess. Unset: ten seconds of HTTP_RATE_LIMIT.");

  /** All settings declared here, in the order of the documentation. */
  public static final List<Setting<?>> ALL =
      List.of(API_KEYS_FILE, HTTP_RATE_LIMIT, HTTP_RATE_BURST);

  private AccessCatalogue() {}

  /** Checks the rules between these settings. */
  public static List<SettingProblem> check(SettingValues values) {
    return values.find(HTTP_RATE_BURST).isPresent() && !values.isExplicit(HTTP_RATE_LIMIT)
        ? List.of(
            values.problem(HTTP_RATE_BURST, "limits nothing without HTTP_RATE_LIMIT beside it"))
        : List.of();
  }

  /** Returns the settings of API keys and rate limits. */
  public static AccessSettings settings(SettingValues values) {
    Optional<RateLimit> limit =
        values
            .find(HTTP_RATE_LIMIT)
            .map(
                rate ->
                    new RateLimit(
                        rate,
                        values
                            .find(HTTP_RATE_BURST)
                            .orElse(rate * RateLimit.DEFAULT_BURST_SECONDS)));
    return new AccessSettings(values.find(API_KEYS_FILE), limit);
  }
}
