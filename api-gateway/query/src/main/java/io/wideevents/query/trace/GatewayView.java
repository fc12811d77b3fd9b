package io.wideevents.query.trace;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the query side knows about the gateway around it.
 *
 * @param state tiers and spool; must not block
 * @param spool looks for an event in the spool
 * @param topics the topics of events and dead letters; empty if events do not go through Kafka
 */
public record GatewayView(
    Supplier<GatewayState> state, SpoolSearch spool, Optional<TopicSettings> topics) {}
