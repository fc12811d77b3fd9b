package io.wideevents.gateway.http.connections;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The limits of connections and requests, and the time limits of slow clients. Immutable.
 *
 * @param connections limit of connections in total
 * @param connectionsPerAddress limit of connections of one address
 * @param requests limit of requests under way in total, without health and metrics; lower than
 *     {@code connections}
 * @param requestsPerAddress limit of requests under way of one address, without health and metrics;
 *     lower than {@code connectionsPerAddress}
 * @param headTime longest time from the first byte of a request to the end of its head, or from the
 *     first byte of a TLS handshake to its end
 * @param replyGrace how long a client may read nothing of its reply
 * @param replyBytesPerSecond lowest rate at which a client must read its reply after {@code
 *     replyGrace}
 */
public record ConnectionLimits(
    int connections,
    int connectionsPerAddress,
    int requests,
    int requestsPerAddress,
    Duration headTime,
    Duration replyGrace,
    int replyBytesPerSecond) {
  public static final int DEFAULT_PER_ADDRESS = 256;

  private static final Logger log = LoggerFactory.getLogger(ConnectionLimits.class);

  // Each connection takes some 30 KiB of buffers even when it sends nothing.
  private static final int MAX_CONNECTIONS = 1_000;
  // Files for Kafka, MongoDB, the spool, jars and the log.
  private static final int OTHER_FILES = 256;
  private static final int MIN_CONNECTIONS = 32;
  // Out of the 250 threads of the server's pool, on a Java version without virtual threads for
  // requests.
  private static final int REQUESTS_ON_THREADS = 200;
  private static final int REQUESTS_ON_THREADS_PER_ADDRESS = 150;

  private static final Duration HEAD_TIME = Duration.ofSeconds(10);
  // Once the client's TCP window is closed, progress is visible only in steps of 64 to 128 KiB. For
  // a client that reads 10 KB a second, no progress is visible for 13 s.
  private static final Duration REPLY_GRACE = Duration.ofSeconds(20);
  private static final int REPLY_BYTES_PER_SECOND = 1024;

  public ConnectionLimits {
    if (requests >= connections || requestsPerAddress >= connectionsPerAddress) {
      throw new IllegalArgumentException(
          "Health checks need a connection: %d requests of %d connections, %d of %d per address"
              .formatted(requests, connections, requestsPerAddress, connectionsPerAddress));
    }
  }

  /**
   * Computes the limits of this process. Logs a WARN when the limit of open files is too low for
   * all connections.
   *
   * @param perAddress limit of connections of one address
   * @param virtualThreads whether requests run on virtual threads and need no thread of the
   *     server's pool
   */
  public static ConnectionLimits of(int perAddress, boolean virtualThreads) {
    long files = maxFiles();
    int connections = connections(files);
    if (connections < MAX_CONNECTIONS) {
      log.atWarn()
          .addKeyValue("maxOpenFiles", files)
          .addKeyValue("maxConnections", connections)
          .log("The limit of open files lowers the number of connections; raise ulimit -n to 4096");
    }
    int ofOneAddress = Math.min(perAddress, connections);
    int requests = connections - reserve(connections);
    int requestsPerAddress = ofOneAddress - reserve(ofOneAddress);
    return new ConnectionLimits(
        connections,
        ofOneAddress,
        virtualThreads ? requests : Math.min(requests, REQUESTS_ON_THREADS),
        virtualThreads
            ? requestsPerAddress
            : Math.min(requestsPerAddress, REQUESTS_ON_THREADS_PER_ADDRESS),
        HEAD_TIME,
        REPLY_GRACE,
        REPLY_BYTES_PER_SECOND);
  }

  /** The number of connections that the limit of open files allows. */
  static int connections(long maxFiles) {
    return Math.clamp(maxFiles - OTHER_FILES, MIN_CONNECTIONS, MAX_CONNECTIONS);
  }

  /** Number of connections that are kept free of counted requests. */
  private static int reserve(int connections) {
    return Math.max(4, connections / 4);
  }

  private static long maxFiles() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount()
        : Long.MAX_VALUE;
  }
}
