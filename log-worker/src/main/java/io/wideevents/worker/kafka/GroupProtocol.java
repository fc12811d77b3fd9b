package io.wideevents.worker.kafka;

/** Who assigns partitions to the workers of a group. */
public enum GroupProtocol {
  /** The workers themselves; any broker since 2.4. */
  CLASSIC,
  /** The broker (KIP-848); needs a broker of 4.0 or newer. */
  CONSUMER
}
