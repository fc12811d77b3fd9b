package io.wideevents.delivery.spool;

import io.wideevents.delivery.LoggerPort;

/** What stored events are replayed to: Kafka and MongoDB, without a spool behind them. */
public interface ReplayTarget extends AutoCloseable {
  LoggerPort tiers();

  DeadLetterPort deadLetters();

  @Override
  void close();
}
