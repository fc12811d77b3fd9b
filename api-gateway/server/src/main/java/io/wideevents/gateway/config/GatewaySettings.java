package io.wideevents.gateway.config;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValues;
import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.gateway.access.AccessCatalogue;
import io.wideevents.gateway.access.AccessSettings;
import io.wideevents.gateway.http.HttpSettings;
import io.wideevents.gateway.http.TlsCatalogue;
import io.wideevents.gateway.http.TlsSettings;
import io.wideevents.logging.LoggingCatalogue;
import io.wideevents.logging.LoggingSettings;
import java.util.Optional;

/**
 * The validated settings of the gateway. Immutable.
 *
 * @param tls certificate and key for HTTPS; empty for plain HTTP
 * @param access API keys and rate limits
 * @param delivery settings of the tiers, and the rules that posted events must follow
 * @param ownEvents how the gateway logs its own requests; empty when it does not log them
 */
public record GatewaySettings(
    HttpSettings http,
    Optional<TlsSettings> tls,
    AccessSettings access,
    DeliverySettings delivery,
    Optional<LoggingSettings> ownEvents) {
  private static final String SERVICE = "api-gateway";

  /** Builds the settings from the values in effect. */
  public static GatewaySettings from(SettingValues values) {
    EncoderSettings rules =
        CommonSettings.encoderSettings(values, values.get(GatewayCatalogue.HTTP_MAX_EVENTS));
    return new GatewaySettings(
        http(values),
        TlsCatalogue.settings(values),
        AccessCatalogue.settings(values),
        DeliverySettings.from(values, rules),
        values.get(GatewayCatalogue.LOGGING_OWN_REQUESTS)
            ? Optional.of(LoggingCatalogue.settings(values, SERVICE, rules))
            : Optional.empty());
  }

  private static HttpSettings http(SettingValues values) {
    return new HttpSettings(
        values.get(GatewayCatalogue.HTTP_HOST),
        values.get(GatewayCatalogue.HTTP_PORT),
        // With keys, the check of the Host header is not needed: a web page has no key to send.
        values.get(GatewayCatalogue.HTTP_ALLOW_ANONYMOUS)
            || values.find(AccessCatalogue.API_KEYS_FILE).isPresent(),
        values.get(GatewayCatalogue.HTTP_ACK_TIMEOUT),
        values.get(GatewayCatalogue.HTTP_BODY_TIMEOUT),
        values.get(GatewayCatalogue.HTTP_MAX_BODY_BYTES),
        values.get(GatewayCatalogue.HTTP_MAX_INFLATED_BYTES),
        values.get(GatewayCatalogue.HTTP_MAX_IN_FLIGHT_BYTES),
        values.get(GatewayCatalogue.HTTP_MAX_CONNECTIONS_PER_ADDRESS));
  }
}
