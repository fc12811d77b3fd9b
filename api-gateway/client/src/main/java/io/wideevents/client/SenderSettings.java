package io.wideevents.client;

import static io.wideevents.config.SettingType.duration;
import static io.wideevents.config.SettingType.text;

import io.wideevents.config.Parsed;
import io.wideevents.config.Secrecy;
import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How the gateway is reached.
 *
 * @param url address of the gateway, without the path {@code /v1/events}
 * @param apiKey sent as {@code Authorization: Bearer}; empty for a gateway without keys
 * @param connectTimeout limit of one connection attempt
 * @param timeout limit of one request, until the whole reply has arrived
 * @param retryFor how long a batch is retried before its events are dropped
 * @param linger least time between two requests, unless a batch is full
 */
record SenderSettings(
    URI url,
    Optional<String> apiKey,
    Duration connectTimeout,
    Duration timeout,
    Duration retryFor,
    Duration linger) {

  static Supplier<SenderSettings> read(SettingsReader settings) {
    SettingValue<URI> url =
        settings
            .read("GATEWAY_URL", httpUrl())
            .byDefault("http://localhost:8080")
            .example("https://wide-events.internal:8443")
            .means("Address of the gateway.");
    SettingValue<String> apiKey =
        settings
            .read("GATEWAY_API_KEY", headerText())
            .secrecy(Secrecy.SECRET)
            .example("wek_0123456789")
            .means("API key of this service. Unset: no key is sent.");
    SettingValue<Duration> connectTimeout =
        settings
            .read("GATEWAY_CONNECT_TIMEOUT", duration(Duration.ofMillis(10), Duration.ofMinutes(1)))
            .byDefault("2s")
            .means("Time limit of one attempt to connect.");
    SettingValue<Duration> timeout =
        settings
            .read("GATEWAY_TIMEOUT", duration(Duration.ofMillis(100), Duration.ofMinutes(10)))
            .byDefault("15s")
            .means(
                "Time limit of one request. Choose it longer than the gateway's"
                    + " HTTP_ACK_TIMEOUT.");
    SettingValue<Duration> retryFor =
        settings
            .read("GATEWAY_RETRY_FOR", duration(Duration.ofSeconds(1), Duration.ofDays(1)))
            .byDefault("15m")
            .means(
                "How long a batch is retried. Afterwards its events are dropped and counted, or"
                    + " stay in the journal.");
    SettingValue<Duration> linger =
        settings
            .read("GATEWAY_LINGER", duration(Duration.ZERO, Duration.ofSeconds(10)))
            .byDefault("100ms")
            .means(
                "Least time between two requests, in which events collect. A full batch of 500"
                    + " events or 1 MiB does not wait.");
    return () ->
        new SenderSettings(
            url.get(),
            apiKey.find(),
            connectTimeout.get(),
            timeout.get(),
            retryFor.get(),
            linger.get());
  }

  /** The address to which events are posted. */
  URI eventsUrl() {
    String base = url.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + "v1/events");
  }

  private static SettingType<URI> httpUrl() {
    return new SettingType<>(
        "url",
        text -> {
          try {
            URI url = new URI(text);
            boolean isHttp =
                "http".equalsIgnoreCase(url.getScheme())
                    || "https".equalsIgnoreCase(url.getScheme());
            if (!isHttp || url.getHost() == null) {
              return Parsed.invalid("is not a URL that begins with http:// or https://");
            }
            return url.getUserInfo() == null && url.getQuery() == null && url.getFragment() == null
                ? Parsed.value(url)
                : Parsed.invalid("has a user, a query or a fragment");
          } catch (URISyntaxException e) {
            return Parsed.invalid("is not a URL");
          }
        });
  }

  /** Visible ASCII: the JDK's client throws for anything else in a header. */
  private static SettingType<String> headerText() {
    return new SettingType<>(
        text().label(),
        text ->
            text.chars().allMatch(c -> c > ' ' && c < 127)
                ? Parsed.value(text)
                : Parsed.invalid("has characters that no API key has"));
  }

  /** Without the API key. */
  @Override
  public String toString() {
    return "SenderSettings[url=%s, retryFor=%s]".formatted(url, retryFor);
  }
}
