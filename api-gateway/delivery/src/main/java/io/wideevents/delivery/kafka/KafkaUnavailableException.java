package io.wideevents.delivery.kafka;

/**
 * Kafka did not take an event: there is no connection, or no acknowledgement came in time. Without
 * a stack trace: it is made for many events at once and the message says it all.
 */
final class KafkaUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  KafkaUnavailableException(String message) {
    super(message, null, false, false);
  }
}
