package io.wideevents.delivery.spool;

import io.wideevents.event.EncodedEvent;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps finalized events on local disk while neither Kafka nor MongoDB takes them, and hands them
 * back in the order they came, oldest first, once one of them does.
 *
 * <p>What was acknowledged as {@code Spooled} survives the death of the process and of the machine,
 * and leaves only by {@link SpoolQueue#remove} or {@link #setAside}. Disk use stays under the bound
 * given at construction and memory does not grow with the backlog. Damage on disk is quarantined
 * and counted; every event that can still be read is handed back.
 *
 * <p>Safe for concurrent appends; each queue is read by one thread at a time, and the one that
 * reads the pending events also sets them aside. Owned, and closed, by the gateway's application.
 */
public interface EventSpool extends AutoCloseable {
  /**
   * Stores events, all or none; returns at once. Many callers share one disk sync, typically under
   * 10 ms.
   *
   * <p>The future completes on the spool's writer thread: dependents must only hand the outcome on.
   * It never completes exceptionally.
   *
   * @param events at least one
   */
  CompletableFuture<SpoolOutcome> append(List<EncodedEvent> events);

  /** The events that wait to be delivered. */
  SpoolQueue pending();

  /** The events that a tier refused and would refuse again; they wait for the dead-letter topic. */
  SpoolQueue refused();

  /**
   * Moves pending events to {@link #refused}, durably; blocks for one disk sync. A crash in between
   * leaves them in both, never in neither. Not bounded by size: the events are in the spool
   * already.
   *
   * @param refusals events of {@link #pending}, with the reason for each; may be empty
   * @throws UncheckedIOException if the disk failed; the events are still pending then
   */
  void setAside(List<Refusal> refusals);

  /** What the spool holds now; does not block on the disk. */
  SpoolStats stats();

  /**
   * Refuses further events, waits for those already taken, at most 5 s and no longer than the
   * process has to end, and releases the directory. Idempotent. The events stay on disk for the
   * next start.
   */
  @Override
  void close();
}
