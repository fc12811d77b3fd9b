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
 * What the gateway was told, typed and checked. Immutable; built once, in main, and handed down in
 * parts.
 *
 * @param tls what to serve HTTPS with; empty for plain HTTP
 * @param access who may use the gateway
 * @param delivery how events become durable, and what posted ones are held to
 * @param ownEvents how the gateway logs its own requests; empty when it does not
 */
public record GatewaySettings(
    HttpSettings http,
    Optional<TlsSettings> tls,
    AccessSettings access,
    DeliverySettings delivery,
    Optional<LoggingSettings> ownEvents) {
  private static final String SERVICE = "api-gateway";

  /** The settings in effect. */
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
        // With keys, a page that rebinds its name has none to send.
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
