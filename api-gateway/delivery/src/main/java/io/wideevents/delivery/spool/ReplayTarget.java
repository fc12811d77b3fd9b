package io.wideevents.delivery.spool;

import io.wideevents.delivery.LoggerPort;

/** The tiers for the replay of stored events: Kafka and MongoDB, without a spool. */
public interface ReplayTarget extends AutoCloseable {
  LoggerPort tiers();

  DeadLetterPort deadLetters();

  @Override
  void close();
}
