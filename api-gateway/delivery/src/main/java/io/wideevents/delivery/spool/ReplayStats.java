package io.wideevents.delivery.spool;

/**
 * What a replay has done since it was started.
 *
 * @param replayed events that Kafka or MongoDB confirmed
 * @param setAside events that a tier refused, kept for the dead-letter topic
 * @param deadLettered events that the dead-letter topic confirmed
 */
public record ReplayStats(long replayed, long setAside, long deadLettered) {}
