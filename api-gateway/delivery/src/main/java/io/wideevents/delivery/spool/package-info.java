/**
 * The last tier: a durable queue on local disk for events that neither Kafka nor MongoDB takes, and
 * the replay that hands them on once one of them does. {@link
 * io.wideevents.delivery.spool.EventSpool} is the port, {@link
 * io.wideevents.delivery.spool.SegmentEventSpool} keeps it in append-only, checksummed segment
 * files; why not in a database is told in {@code docs/decisions/}.
 */
@NullMarked
package io.wideevents.delivery.spool;

import org.jspecify.annotations.NullMarked;
