/**
 * The last tier: a durable queue on local disk for events that neither Kafka nor MongoDB takes, and
 * the replay that delivers them when one of the two takes events again. {@link
 * io.wideevents.delivery.spool.EventSpool} is the port. {@link
 * io.wideevents.delivery.spool.SegmentEventSpool} stores the events in append-only, checksummed
 * segment files. {@code docs/decisions/} explains why the spool does not use a database.
 */
@NullMarked
package io.wideevents.delivery.spool;

import org.jspecify.annotations.NullMarked;
