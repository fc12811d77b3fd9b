package io.wideevents.delivery;

import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes finalized events and tells where each became durable.
 *
 * <p>Implementations are safe for concurrent use. Delivering the same event twice is harmless: it
 * is identified by its id all the way.
 */
public interface LoggerPort extends AutoCloseable {
  /**
   * Delivers events; may block for as long as the deadline allows only where an implementation says
   * so.
   *
   * @param events at least one, each delivered on its own: some may become durable and others not
   * @param deadline when the caller stops waiting; what is not confirmed then is {@code
   *     NotConfirmed}
   * @return one outcome per event, in order; never completes exceptionally, and completes by the
   *     deadline
   */
  CompletableFuture<List<DeliveryOutcome>> log(List<EncodedEvent> events, Deadline deadline);

  /** Releases clients and threads; events still in flight are waited for within a bound. */
  @Override
  void close();
}
