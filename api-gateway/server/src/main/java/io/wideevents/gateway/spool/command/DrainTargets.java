package io.wideevents.gateway.spool.command;

import io.wideevents.config.SettingValues;
import io.wideevents.gateway.spool.DeadLetterPort;
import io.wideevents.logging.LoggerPort;

/** Makes what {@code spool drain} delivers to: the tiers of a gateway with the same settings. */
@FunctionalInterface
public interface DrainTargets {
  /** Opens the tiers; does not wait for a server to answer. */
  Target open(SettingValues settings);

  /** Kafka and MongoDB, without a spool behind them. */
  interface Target extends AutoCloseable {
    LoggerPort tiers();

    DeadLetterPort deadLetters();

    @Override
    void close();
  }
}
