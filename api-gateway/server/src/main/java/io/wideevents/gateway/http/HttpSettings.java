package io.wideevents.gateway.http;

import io.wideevents.gateway.http.connections.ConnectionLimits;
import java.time.Duration;

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
  public static final String DEFAULT_HOST = "127.0.0.1";
  public static final int DEFAULT_PORT = 8080;
  public static final Duration DEFAULT_ACK_TIMEOUT = Duration.ofSeconds(8);
  public static final Duration DEFAULT_BODY_TIMEOUT = Duration.ofSeconds(30);
  public static final int DEFAULT_MAX_BODY_BYTES = 8 * 1024 * 1024;
  public static final int DEFAULT_MAX_INFLATED_BYTES = 32 * 1024 * 1024;

  public static final long DEFAULT_MAX_IN_FLIGHT_BYTES = 56L * 1024 * 1024;
  public static final int MIN_CONNECTIONS_PER_ADDRESS = 16;
  public static final int MAX_CONNECTIONS_PER_ADDRESS = 1_000;

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
