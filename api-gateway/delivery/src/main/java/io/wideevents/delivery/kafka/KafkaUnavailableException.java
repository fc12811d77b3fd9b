package io.wideevents.delivery.kafka;

/**
 * Kafka did not confirm an event: there is no connection, or no acknowledgement arrived in time.
 * Has no stack trace, because it is created for many events at once.
 */
final class KafkaUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  KafkaUnavailableException(String message) {
    super(message, null, false, false);
  }
}
