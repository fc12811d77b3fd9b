package io.wideevents.delivery.spool;

/**
 * Counts of a replay since its start.
 *
 * @param replayed events that Kafka or MongoDB confirmed
 * @param setAside events that a tier rejected, kept for the dead-letter topic
 * @param deadLettered events that the dead-letter topic confirmed
 */
public record ReplayStats(long replayed, long setAside, long deadLettered) {}
