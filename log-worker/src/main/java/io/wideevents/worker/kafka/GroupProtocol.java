package io.wideevents.worker.kafka;

/** The protocol that assigns partitions to the workers of a group. */
public enum GroupProtocol {
  /** The workers assign the partitions; any broker since 2.4. */
  CLASSIC,
  /** The broker assigns the partitions (KIP-848); needs a broker of version 4.0 or newer. */
  CONSUMER
}
