package io.wideevents.gateway.spool.command;

import io.wideevents.delivery.setup.DeliverySettings;
import io.wideevents.delivery.spool.ReplayTarget;

/**
 * Creates the tiers that {@code spool drain} delivers to. They are those of a gateway with the same
 * settings.
 */
@FunctionalInterface
public interface DrainTargets {
  /** Opens the tiers; does not wait for a connection to a server. */
  ReplayTarget open(DeliverySettings settings);
}
