package io.wideevents.gateway.access;

import io.wideevents.config.Setting;
import io.wideevents.config.SettingProblem;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValues;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The settings of keys and limits, part of the gateway's catalogue. */
public final class AccessCatalogue {
  private static final int MOST_EVENTS_PER_SECOND = 10_000_000;

  public static final Setting<Path> API_KEYS_FILE =
      Setting.named("API_KEYS_FILE", SettingType.path())
          .example("/etc/wide-events/keys")
          .means(
              "File with the API keys' hashes, a line name:sha256-hex:scope,scope each; read anew"
                  + " when it changes. Unset: no request needs a key.");

  public static final Setting<Integer> HTTP_RATE_LIMIT =
      Setting.named("HTTP_RATE_LIMIT", SettingType.integer(1, MOST_EVENTS_PER_SECOND))
          .example("1000")
          .unit("events a second")
          .means(
              "Events each key may send in the long run, or everyone together while there are no"
                  + " keys; more are answered with 429. Unset: no limit.");

  public static final Setting<Integer> HTTP_RATE_BURST =
      Setting.named("HTTP_RATE_BURST", SettingType.integer(1, Integer.MAX_VALUE))
          .example("10000")
          .unit("events")
          .means(
              "Events a key may send at once after a rest. A larger request is taken when nothing"
                  + " was sent for that long, and then waited off. Unset: ten seconds of"
                  + " HTTP_RATE_LIMIT.");

  /** Every setting declared here, in the order they are documented. */
  public static final List<Setting<?>> ALL =
      List.of(API_KEYS_FILE, HTTP_RATE_LIMIT, HTTP_RATE_BURST);

  private AccessCatalogue() {}

  /** The rules among these settings. */
  public static List<SettingProblem> check(SettingValues values) {
    return values.find(HTTP_RATE_BURST).isPresent() && !values.isExplicit(HTTP_RATE_LIMIT)
        ? List.of(
            values.problem(HTTP_RATE_BURST, "limits nothing without HTTP_RATE_LIMIT beside it"))
        : List.of();
  }

  /** Keys and limits among a gateway's settings. */
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
