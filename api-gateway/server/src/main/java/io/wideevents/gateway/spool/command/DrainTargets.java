package io.wideevents.gateway.spool.command;

import io.wideevents.config.SettingValues;
import io.wideevents.delivery.spool.ReplayTarget;

/** Makes what {@code spool drain} delivers to: the tiers of a gateway with the same settings. */
@FunctionalInterface
public interface DrainTargets {
  /** Opens the tiers; does not wait for a server to answer. */
  ReplayTarget open(SettingValues settings);
}
