package io.wideevents.delivery.mongo;

import io.wideevents.mongo.MongoSettings;
import java.time.Duration;

/**
 * The bounds of direct writes to MongoDB.
 *
 * @param maxPendingEvents events waiting or being written; more are refused at once
 * @param maxPendingBytes bytes of their documents, likewise; an event is taken in any case when
 *     none is pending
 * @param maxBatchEvents events in one insert; above a thousand the server gains little, and a batch
 *     that fails leaves more behind
 * @param maxBatchBytes bytes of documents in one insert, below the 48 MB of one message
 * @param maxConcurrentWrites inserts under way at a time
 * @param closeTimeout how long closing waits for events still pending
 * @param writeTimeout after which a write without an answer gives its place to another; longer than
 *     the client itself takes to give one up
 */
public record MongoLoggerSettings(
    int maxPendingEvents,
    long maxPendingBytes,
    int maxBatchEvents,
    long maxBatchBytes,
    int maxConcurrentWrites,
    Duration closeTimeout,
    Duration writeTimeout) {
  // Beyond what the client takes to report an operation that timed out.
  private static final Duration WRITE_SLACK = Duration.ofSeconds(5);

  /** For a client with the default timeout. */
  public static final MongoLoggerSettings DEFAULT = forClient(MongoSettings.DEFAULT_TIMEOUT);

  /**
   * The default bounds, over a client with a timeout of its own. A write is two operations: the
   * insert, and the look at stored documents for duplicates.
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
