package io.wideevents.gateway.http.connections;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many connections and requests there may be at a time, and how slow a client may be.
 *
 * @param connections connections in total
 * @param connectionsPerAddress connections of one address
 * @param requests requests under way in total, health and metrics aside; fewer than {@code
 *     connections}
 * @param requestsPerAddress the same of one address; fewer than {@code connectionsPerAddress}
 * @param headTime from the first byte of a request, or of a TLS handshake, to the end of the
 *     request's head, or of the handshake
 * @param replyGrace how long a client may take nothing of its reply
 * @param replyBytesPerSecond what a client must take of its reply after {@code replyGrace}
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

  // Each takes some 30 KiB of buffers even when it sends nothing.
  private static final int MAX_CONNECTIONS = 1_000;
  // For Kafka, MongoDB, the spool, jars and the log.
  private static final int OTHER_FILES = 256;
  private static final int MIN_CONNECTIONS = 32;
  // Of the 250 threads of the server's pool, on a Java whose requests have no virtual threads.
  private static final int REQUESTS_ON_THREADS = 200;
  private static final int REQUESTS_ON_THREADS_PER_ADDRESS = 150;

  private static final Duration HEAD_TIME = Duration.ofSeconds(10);
  // TCP shows what a client takes in steps of 64 to 128 KiB once its window is closed: of a client
  // that takes 10 KB a second, nothing for 13 s.
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
   * The limits of this process. Logs a WARN when the process may open too few files for all
   * connections.
   *
   * @param perAddress connections of one address
   * @param virtualThreads whether a request that waits takes no thread of the server's pool
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

  /** As many as the files that the process may open leave. */
  static int connections(long maxFiles) {
    return Math.clamp(maxFiles - OTHER_FILES, MIN_CONNECTIONS, MAX_CONNECTIONS);
  }

  /** Connections that are kept free of counted requests. */
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
