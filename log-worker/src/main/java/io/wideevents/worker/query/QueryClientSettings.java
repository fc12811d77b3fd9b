package io.wideevents.worker.query;

import io.wideevents.config.LogSettings;
import io.wideevents.config.Parsed;
import io.wideevents.config.Secrecy;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.config.SettingsReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The settings of the commands that read stored events.
 *
 * @param url address of the gateway, without credentials and without a slash at its end
 * @param key the API key; empty if the gateway needs none
 */
public record QueryClientSettings(URI url, Optional<String> key, LogSettings log) {
  // Settings of the gateway. One environment may hold the settings of both.
  private static final Set<String> OF_THE_GATEWAY =
      Set.of(
          "QUERY_ENABLED",
          "QUERY_TIMEOUT",
          "QUERY_CONCURRENCY",
          "QUERY_MONGODB_URI",
          "QUERY_MONGODB_URI_FILE",
          "QUERY_TRACE_LINK");

  /** The settings. */
  public static final SettingsCatalogue<QueryClientSettings> CATALOGUE =
      SettingsCatalogue.of("log-worker", QueryClientSettings::read).ignoring(OF_THE_GATEWAY);

  private static Supplier<QueryClientSettings> read(SettingsReader settings) {
    SettingValue<URI> url =
        settings
            .read("QUERY_URL", address())
            .flag("--url")
            .byDefault("http://127.0.0.1:8080")
            .example("https://gateway.example:8443")
            // Rejected when it has a password, which the message must not show.
            .secrecy(Secrecy.CREDENTIALS)
            .means("Address of a gateway with QUERY_ENABLED=true.");
    SettingValue<String> key =
        settings
            .read(
                "QUERY_API_KEY",
                SettingType.matching(
                    "key", "[!-~]+", "contains a character that is not printable ASCII"))
            .example("wek_example")
            .secrecy(Secrecy.SECRET)
            .means(
                "API key with the scope query. Needed when the gateway has an API_KEYS_FILE. A"
                    + " flag is visible in the list of processes; prefer the environment or a"
                    + " file.");
    Supplier<LogSettings> log = LogSettings.read(settings);
    return () -> new QueryClientSettings(url.get(), key.find(), log.get());
  }

  private static SettingType<URI> address() {
    return new SettingType<>("url", QueryClientSettings::parseAddress);
  }

  private static Parsed<URI> parseAddress(String text) {
    URI url;
    try {
      url = new URI(text.replaceFirst("/+$", ""));
    } catch (URISyntaxException e) {
      return Parsed.invalid("is not an address");
    }
    boolean isWeb =
        "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
    if (!isWeb || url.getHost() == null) {
      return Parsed.invalid("is not an address that begins with http:// or https://");
    }
    if (url.getRawUserInfo() != null) {
      return Parsed.invalid("contains a user; use QUERY_API_KEY for the key");
    }
    if (url.getRawQuery() != null || url.getRawFragment() != null) {
      return Parsed.invalid("contains a ? or a #");
    }
    return Parsed.value(url);
  }
}
