/**
 * The last tier: a durable queue on local disk for events that neither Kafka nor MongoDB takes, and
 * the replay that delivers them when one of the two takes events again.
 *
 * <pre>
 * append:  EventSpool -> GroupCommit (thread spool-writer) -> SegmentLog -> SegmentAppender
 *            one write and one sync for all appends that wait; then they are answered
 * seal:    SegmentLog: at 16 MiB, or when the replay has no other segment left
 * replay:  SpoolReplayer (thread spool-replay) -> SegmentReplay -> SegmentPass
 *            reads one sealed segment in chunks and sends them to the tiers; DeadLetterSending
 *            sends rejected events to the dead-letter topic; the file is deleted when all its events are acknowledged
 * start:   SegmentRecovery: finds the segments of an earlier run and reports damage
 * </pre>
 *
 * <p>The segment is the unit of replay. Which of its events are acknowledged is known in memory
 * only. After a crash the whole segment is sent again, which is harmless, because writes are
 * idempotent. To understand the package, read {@link io.wideevents.delivery.spool.EventSpool},
 * {@code SegmentLog}, {@code SegmentReplay} and {@code SegmentRecovery}. {@code
 * docs/decisions/spool-storage.md} and {@code docs/decisions/segment-is-the-unit-of-replay.md}
 * explain the decisions.
 */
@NullMarked
package io.wideevents.delivery.spool;

import org.jspecify.annotations.NullMarked;
