package io.wideevents.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Delivers finalized events to the tiers and reports for each event where it became durable.
 *
 * <p>Implementations are safe for concurrent use. Delivering an event twice is harmless, because
 * every tier identifies an event by its id.
 */
public interface LoggerPort extends AutoCloseable {
  /**
   * Delivers events. The call blocks only where an implementation says so, and at most until the
   * deadline.
   *
   * @param events at least one; each is delivered separately, so some may become durable and others
   *     not
   * @param deadline when the caller stops waiting; an event that is not confirmed by then is {@code
   *     NotConfirmed}
   * @return one outcome per event, in order; never completes exceptionally, and completes some
   *     milliseconds after the deadline at the latest
   */
  CompletableFuture<List<DeliveryOutcome>> log(List<EncodedEvent> events, Deadline deadline);

  /** Releases clients and threads. Waits a bounded time for events in flight. */
  @Override
  void close();
}
