package io.wideevents.logging;

import io.wideevents.codec.EncoderSettings;
import io.wideevents.logging.sampling.Sampling;
import java.time.Duration;

/**
 * Settings for the events of a service's own requests. Immutable.
 *
 * @param service the service's name in its events, not blank, at most 80 characters
 * @param rules limits of an event, and the names that are redacted
 * @param sampling which events are kept
 * @param queueBytes memory for events that the tiers have no outcome for, in bytes; positive
 * @param overflowBytes memory for events on their way to the spool, in bytes; positive
 * @param deliveryTimeout how long the tiers together may take for a batch
 * @param closeTimeout how long closing waits for the accepted events: an eighth of it for the
 *     tiers, the rest for the spool
 */
public record LoggingSettings(
    String service,
    EncoderSettings rules,
    Sampling sampling,
    long queueBytes,
    long overflowBytes,
    Duration deliveryTimeout,
    Duration closeTimeout) {
  public static final long DEFAULT_QUEUE_BYTES = 32L << 20;
  public static final long DEFAULT_OVERFLOW_BYTES = 8L << 20;
  public static final Duration DEFAULT_DELIVERY_TIMEOUT = Duration.ofSeconds(8);
  public static final Duration DEFAULT_CLOSE_TIMEOUT = Duration.ofSeconds(2);

  private static final int MAX_SERVICE_LENGTH = 80;

  public LoggingSettings {
    // 80 characters are at most 240 bytes of UTF-8, which is sufficient for a name.
    if (service.isBlank() || service.length() > MAX_SERVICE_LENGTH) {
      throw new IllegalArgumentException(
          "service='%s' is blank or longer than %d characters"
              .formatted(service, MAX_SERVICE_LENGTH));
    }
    if (queueBytes < 1 || overflowBytes < 1) {
      throw new IllegalArgumentException(
          "queueBytes=%d or overflowBytes=%d is not positive".formatted(queueBytes, overflowBytes));
    }
  }

  /** Default settings for a service, without sampling. */
  public static LoggingSettings of(String service) {
    return new LoggingSettings(
        service,
        EncoderSettings.DEFAULT,
        Sampling.OFF,
        DEFAULT_QUEUE_BYTES,
        DEFAULT_OVERFLOW_BYTES,
        DEFAULT_DELIVERY_TIMEOUT,
        DEFAULT_CLOSE_TIMEOUT);
  }

  /** Returns these settings with other sampling. */
  public LoggingSettings sampledBy(Sampling other) {
    return new LoggingSettings(
        service, rules, other, queueBytes, overflowBytes, deliveryTimeout, closeTimeout);
  }

  /** Returns these settings with other limits of the two queues, in bytes. */
  public LoggingSettings boundedBy(long queue, long overflow) {
    return new LoggingSettings(
        service, rules, sampling, queue, overflow, deliveryTimeout, closeTimeout);
  }

  /** Returns these settings with other timeouts. */
  public LoggingSettings timed(Duration delivery, Duration close) {
    return new LoggingSettings(
        service, rules, sampling, queueBytes, overflowBytes, delivery, close);
  }
}
