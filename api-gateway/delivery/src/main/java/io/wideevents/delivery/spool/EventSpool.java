package io.wideevents.delivery.spool;

import io.wideevents.event.EncodedEvent;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps finalized events on local disk while neither Kafka nor MongoDB takes events, and returns
 * them in arrival order, oldest first, when a tier takes events again.
 *
 * <p>An event that was acknowledged as {@code Spooled} survives the death of the process and of the
 * machine. It leaves the spool only by {@link SpoolQueue#remove} or {@link #setAside}. Disk use
 * stays below the limit given at construction, and memory does not grow with the backlog. Damaged
 * files are quarantined and counted, and every event that can still be read is returned.
 *
 * <p>Safe for concurrent appends. Each queue is read by one thread at a time, and the thread that
 * reads the pending events also sets them aside. Owned, and closed, by the gateway's application.
 */
public interface EventSpool extends AutoCloseable {
  /**
   * Stores all of the events or none. Does not block. Many callers share one disk sync, which
   * typically takes less than 10 ms.
   *
   * <p>The future completes on the spool's writer thread, which dependents must not block. The
   * future never completes exceptionally.
   *
   * @param events at least one
   */
  CompletableFuture<SpoolOutcome> append(List<EncodedEvent> events);

  /** The events that wait for delivery. */
  SpoolQueue pending();

  /**
   * The events that a tier rejected and would reject again. They wait for the dead-letter topic.
   */
  SpoolQueue refused();

  /**
   * Moves pending events to {@link #refused} durably. Blocks for one disk sync. After a crash in
   * between, the events are in both queues. The size limit does not apply, because the events are
   * in the spool already.
   *
   * @param refusals events of {@link #pending} with their reasons; may be empty
   * @throws UncheckedIOException if the disk failed; the events are still pending then
   */
  void setAside(List<Refusal> refusals);

  /** The content of the spool now. Does not wait for the disk. */
  SpoolStats stats();

  /**
   * Rejects further events, waits for the events already accepted, and releases the directory.
   * Waits at most 5 s and at most the time the process has left to end. Idempotent. The events stay
   * on disk for the next start.
   */
  @Override
  void close();
}
