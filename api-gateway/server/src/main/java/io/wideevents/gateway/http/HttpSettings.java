package io.wideevents.gateway.http;

import static io.wideevents.config.SettingType.bool;
import static io.wideevents.config.SettingType.bytes;
import static io.wideevents.config.SettingType.duration;
import static io.wideevents.config.SettingType.integer;
import static io.wideevents.config.SettingType.smallBytes;
import static io.wideevents.config.SettingType.text;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.config.CommonSettings;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsReader;
import io.wideevents.delivery.kafka.KafkaSettings;
import io.wideevents.gateway.access.AccessSettings;
import io.wideevents.gateway.http.connections.ConnectionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * The address of the HTTP server and the limits of a request. Immutable.
 *
 * @param host address to bind
 * @param port port to bind, 0 to 65535; 0 is any free port
 * @param anyHostHeader whether a request may have any {@code Host}; if false, only loopback names
 *     are accepted, so that a web page cannot reach a local gateway by DNS rebinding
 * @param ackTimeout how long a request waits for its events to become durable, in all tiers
 *     together; positive
 * @param bodyTimeout how long a complete body may take to arrive; positive
 * @param maxBodyBytes limit of a body as sent; positive
 * @param maxInflatedBytes limit of a body after inflation; positive
 * @param maxInFlightBytes memory for the bodies and events of all requests together, in bytes; at
 *     least {@link #leastInFlightBytes}
 * @param maxConnectionsPerAddress limit of connections of one client address; {@link
 *     #MIN_CONNECTIONS_PER_ADDRESS} to {@link #MAX_CONNECTIONS_PER_ADDRESS}
 */
public record HttpSettings(
    String host,
    int port,
    boolean anyHostHeader,
    Duration ackTimeout,
    Duration bodyTimeout,
    int maxBodyBytes,
    int maxInflatedBytes,
    long maxInFlightBytes,
    int maxConnectionsPerAddress) {
  public static final int MIN_CONNECTIONS_PER_ADDRESS = 16;
  public static final int MAX_CONNECTIONS_PER_ADDRESS = 1_000;
  private static final int MEBIBYTE = 1024 * 1024;

  public HttpSettings {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException("port=" + port + " is outside 0 to 65535");
    }
    requirePositive("ackTimeout", ackTimeout.toMillis());
    requirePositive("bodyTimeout", bodyTimeout.toMillis());
    requirePositive("maxBodyBytes", maxBodyBytes);
    requirePositive("maxInflatedBytes", maxInflatedBytes);
    if (maxInFlightBytes < leastInFlightBytes(maxBodyBytes, maxInflatedBytes)) {
      throw new IllegalArgumentException(
          "maxInFlightBytes=%d is less than maxBodyBytes=%d and 1.5 times maxInflatedBytes=%d together"
              .formatted(maxInFlightBytes, maxBodyBytes, maxInflatedBytes));
    }
    if (maxConnectionsPerAddress < MIN_CONNECTIONS_PER_ADDRESS
        || maxConnectionsPerAddress > MAX_CONNECTIONS_PER_ADDRESS) {
      throw new IllegalArgumentException(
          "maxConnectionsPerAddress=%d is outside %d to %d"
              .formatted(
                  maxConnectionsPerAddress,
                  MIN_CONNECTIONS_PER_ADDRESS,
                  MAX_CONNECTIONS_PER_ADDRESS));
    }
  }

  /** Reads the settings. */
  public static Supplier<HttpSettings> read(SettingsReader settings) {
    SettingValue<String> host =
        settings
            .read("HTTP_HOST", text())
            .byDefault("127.0.0.1")
            .means(
                "Address to listen on; localhost is 127.0.0.1 and ::1. Any other than loopback"
                    + " needs API_KEYS_FILE or HTTP_ALLOW_ANONYMOUS.");
    SettingValue<Integer> port =
        settings
            .read("HTTP_PORT", integer(0, 65_535))
            .byDefault("8080")
            .means("Port to listen on. 0: any free port.");
    SettingValue<Boolean> anonymous =
        settings
            .read("HTTP_ALLOW_ANONYMOUS", bool())
            .byDefault("false")
            .means(
                "Whether every client that reaches HTTP_HOST may post without a key, under"
                    + " any Host header. For networks that are protected in another way. Not"
                    + " together with API_KEYS_FILE.");
    SettingValue<Duration> ackTimeout =
        settings
            .read("HTTP_ACK_TIMEOUT", duration(Duration.ofMillis(100), Duration.ofMinutes(2)))
            .byDefault("8s")
            .means("How long a request waits for its events to become durable, over all tiers.");
    SettingValue<Duration> bodyTimeout =
        settings
            .read("HTTP_BODY_TIMEOUT", duration(Duration.ofSeconds(1), Duration.ofMinutes(10)))
            .byDefault("30s")
            .means(
                "How long a body may take to arrive. The request also ends, with 408, when"
                    + " nothing arrives for 5 s, or less than 1 KiB a second after the first 5 s.");
    SettingValue<Integer> maxBody =
        settings
            .read("HTTP_MAX_BODY_BYTES", smallBytes(1024, 256 * MEBIBYTE))
            .byDefault("8MiB")
            .means("Maximum size of a body as it is sent.");
    SettingValue<Integer> maxInflated =
        settings
            .read("HTTP_MAX_INFLATED_BYTES", smallBytes(1024, 512 * MEBIBYTE))
            .byDefault("32MiB")
            .means("Maximum size of a body after decompression.");
    SettingValue<Long> maxInFlight =
        settings
            .read("HTTP_MAX_IN_FLIGHT_BYTES", bytes(1024, 1024L * 1024 * MEBIBYTE))
            .byDefault("56MiB")
            .means(
                "Memory for the bodies and events of all requests in progress. Requests"
                    + " beyond it are answered with 429. It must be less than MQ_BUFFER_BYTES, and"
                    + " at least HTTP_MAX_BODY_BYTES plus one and a half times"
                    + " HTTP_MAX_INFLATED_BYTES. The heap (-Xmx) should be four times as large. The"
                    + " bodies that one client is sending may take a quarter of it, or two of"
                    + " HTTP_MAX_BODY_BYTES up to half of it, and in any case one.");
    SettingValue<Integer> maxConnections =
        settings
            .read(
                "HTTP_MAX_CONNECTIONS_PER_ADDRESS",
                integer(MIN_CONNECTIONS_PER_ADDRESS, MAX_CONNECTIONS_PER_ADDRESS))
            .byDefault(Integer.toString(ConnectionLimits.DEFAULT_PER_ADDRESS))
            .unit("connections")
            .means(
                "Maximum of connections from one client address (from one /64 network for"
                    + " IPv6), out of 1000 in total. Set it to 1000 behind a load balancer, whose"
                    + " clients share its address.");
    // The setting is read here for its place in the documentation. The rules for events use its
    // value.
    var unused = maxEvents(settings);

    checkEventFits(settings, maxBody);
    checkEventFits(settings, maxInflated);
    settings.check(() -> checkInFlight(settings, maxInFlight, maxBody, maxInflated));
    settings.check(() -> checkAccess(settings, host, anonymous));
    return () ->
        new HttpSettings(
            host.get(),
            port.get(),
            // With keys, the check of the Host header is not needed: a web page has no key to send.
            anonymous.get() || AccessSettings.keysFile(settings).find().isPresent(),
            ackTimeout.get(),
            bodyTimeout.get(),
            maxBody.get(),
            maxInflated.get(),
            maxInFlight.get(),
            maxConnections.get());
  }

  /** Reads the maximum number of events in one body. */
  public static SettingValue<Integer> maxEvents(SettingsReader settings) {
    return settings
        .read("HTTP_MAX_EVENTS", integer(1, 1_000_000))
        .byDefault(Integer.toString(EncoderSettings.DEFAULT_MAX_EVENTS))
        .unit("events")
        .means(
            "Maximum number of events in one body. A body with more than 10000 events must have"
                + " 32 bytes for each of them. Each event also takes 512 bytes of"
                + " HTTP_MAX_IN_FLIGHT_BYTES.");
  }

  private static void checkEventFits(SettingsReader settings, SettingValue<Integer> body) {
    settings.check(
        () -> {
          SettingValue<Integer> event = CommonSettings.maxEventBytes(settings);
          if (body.get() < event.get()) {
            settings.reject(body, "is less than " + event);
          }
        });
  }

  private static void checkInFlight(
      SettingsReader settings,
      SettingValue<Long> inFlight,
      SettingValue<Integer> body,
      SettingValue<Integer> inflated) {
    SettingValue<Long> buffer = KafkaSettings.bufferBytes(settings);
    long available = buffer.get();
    if (inFlight.get() < leastInFlightBytes(body.get(), inflated.get())) {
      settings.reject(
          inFlight,
          "is less than %s and one and a half times %s together".formatted(body, inflated));
    } else if (inFlight.get() > available) {
      settings.reject(
          inFlight,
          "is more than %s, so that publishing could block on a full buffer".formatted(buffer));
    }
  }

  private static void checkAccess(
      SettingsReader settings, SettingValue<String> host, SettingValue<Boolean> anonymous) {
    SettingValue<Path> keysFile = AccessSettings.keysFile(settings);
    boolean isAnonymous = anonymous.find().orElse(false);
    if (keysFile.isExplicit() && isAnonymous) {
      settings.reject(
          anonymous,
          "contradicts API_KEYS_FILE, beside which every request needs a key; keep one of the two");
    } else if (!keysFile.isExplicit() && !isAnonymous && !Loopback.isLoopback(host.get())) {
      settings.reject(
          host,
          "is not loopback, so that anyone who reaches it could post; name a file of API keys in"
              + " API_KEYS_FILE, or guard the network and say HTTP_ALLOW_ANONYMOUS=true");
    }
  }

  /** Settings with the default limit of connections per address. */
  public HttpSettings(
      String host,
      int port,
      boolean anyHostHeader,
      Duration ackTimeout,
      Duration bodyTimeout,
      int maxBodyBytes,
      int maxInflatedBytes,
      long maxInFlightBytes) {
    this(
        host,
        port,
        anyHostHeader,
        ackTimeout,
        bodyTimeout,
        maxBodyBytes,
        maxInflatedBytes,
        maxInFlightBytes,
        ConnectionLimits.DEFAULT_PER_ADDRESS);
  }

  /**
   * The smallest {@code maxInFlightBytes} with which a compressed body of the largest size can be
   * read. The body as sent stays in memory while the inflated bytes are copied to a buffer twice as
   * large.
   */
  public static long leastInFlightBytes(int maxBodyBytes, int maxInflatedBytes) {
    return maxBodyBytes + Math.max(maxBodyBytes / 2L, maxInflatedBytes + maxInflatedBytes / 2L);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + "=" + value + " is not positive");
    }
  }
}
