package io.wideevents.delivery.mongo;

import io.wideevents.mongo.MongoSettings;
import java.time.Duration;

/**
 * The limits of direct writes to MongoDB.
 *
 * @param maxPendingEvents events that wait or are being written; more are rejected at once
 * @param maxPendingBytes bytes of their documents; more are rejected at once, but an event is
 *     always accepted if none is pending
 * @param maxBatchEvents events in one insert; above a thousand the server gains little, and a
 *     failed batch leaves more events unconfirmed
 * @param maxBatchBytes bytes of documents in one insert, below the 48 MB limit of one message
 * @param maxConcurrentWrites inserts in flight at a time
 * @param closeTimeout how long closing waits for pending events
 * @param writeTimeout after which a write without an answer is abandoned and another may begin;
 *     longer than the client's own timeout
 */
public record MongoLoggerSettings(
    int maxPendingEvents,
    long maxPendingBytes,
    int maxBatchEvents,
    long maxBatchBytes,
    int maxConcurrentWrites,
    Duration closeTimeout,
    Duration writeTimeout) {
  // Added to the time in which the client reports an operation that timed out.
  private static final Duration WRITE_SLACK = Duration.ofSeconds(5);

  /** For a client with the default timeout. */
  public static final MongoLoggerSettings DEFAULT = forClient(MongoSettings.DEFAULT_TIMEOUT);

  /**
   * The default limits for a client with the given timeout. A write is two operations: the insert,
   * and the query of stored documents for duplicates.
   */
  public static MongoLoggerSettings forClient(Duration operationTimeout) {
    return new MongoLoggerSettings(
        20_000,
        64L << 20,
        1_000,
        16L << 20,
        4,
        Duration.ofSeconds(1),
        operationTimeout.multipliedBy(2).plus(WRITE_SLACK));
  }

  public MongoLoggerSettings {
    requirePositive("maxPendingEvents", maxPendingEvents);
    requirePositive("maxPendingBytes", maxPendingBytes);
    requirePositive("maxBatchEvents", maxBatchEvents);
    requirePositive("maxBatchBytes", maxBatchBytes);
    requirePositive("maxConcurrentWrites", maxConcurrentWrites);
    if (closeTimeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout=" + closeTimeout + " is negative");
    }
    if (!writeTimeout.isPositive()) {
      throw new IllegalArgumentException("writeTimeout=" + writeTimeout + " is not positive");
    }
  }

  private static void requirePositive(String component, long value) {
    if (value < 1) {
      throw new IllegalArgumentException(component + "=" + value + " is not positive");
    }
  }
}
