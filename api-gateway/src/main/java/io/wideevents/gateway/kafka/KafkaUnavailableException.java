package io.wideevents.gateway.kafka;

/**
 * Kafka did not take an event for a reason of ours: not connected, closed, or too late. Without a
 * stack trace: it is made for many events at once and the message says it all.
 */
final class KafkaUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  KafkaUnavailableException(String message) {
    super(message, null, false, false);
  }
}
