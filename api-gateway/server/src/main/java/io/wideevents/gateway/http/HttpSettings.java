package io.wideevents.gateway.http;

import io.wideevents.gateway.http.connections.ConnectionLimits;
import java.time.Duration;

/**
 * How the gateway listens, and the bounds of a request.
 *
 * @param host address to bind
 * @param port port to bind, 0 to 65535; 0 is any free one
 * @param anyHostHeader whether requests under any {@code Host} are answered; when false only those
 *     to a loopback name are, so that a web page cannot reach a gateway by rebinding its own name
 * @param ackTimeout how long a request waits for its events to become durable, over all tiers
 * @param bodyTimeout how long a whole body may take to arrive
 * @param maxBodyBytes bytes of a body on the wire
 * @param maxInflatedBytes bytes of a body after inflation
 * @param maxInFlightBytes memory for the bodies and events of all requests together; at least
 *     {@link #leastInFlightBytes}
 * @param maxConnectionsPerAddress connections of one client address
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

  /** The same with the default of connections per address. */
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
   * The least {@code maxInFlightBytes} with which a compressed body of the full size can be read:
   * its bytes on the wire are held while the inflated ones are copied to a buffer twice as large.
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
