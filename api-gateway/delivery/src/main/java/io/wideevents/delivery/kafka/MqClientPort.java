package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A message queue that makes events durable. Needs no queue to be there when it is made: until it
 * is, and whenever it is not, events are {@code NotConfirmed}.
 *
 * <p>Safe for concurrent use. Publishing an event twice is harmless: whoever reads the queue
 * identifies it by its id.
 */
public interface MqClientPort extends AutoCloseable {
  /**
   * Publishes events. Blocks the caller for a fraction of a second at most, when the queue's buffer
   * is full; after the first event that fails, the rest is not tried.
   *
   * @param events at least one
   * @param deadline when the caller stops waiting; what is not confirmed then is {@code
   *     NotConfirmed}, and may be in the queue all the same
   * @return one outcome per event, in order; {@code Refused} is an event that this queue never
   *     takes, though another tier may. Never completes exceptionally, and completes by the
   *     deadline, on one of the client's own threads: dependents must only hand the outcomes on
   */
  CompletableFuture<List<DeliveryOutcome>> publish(List<EncodedEvent> events, Deadline deadline);

  /** Why events cannot be published right now, as far as is known; empty when they can. */
  Optional<Unavailability> unavailability();

  /**
   * Why events cannot be published.
   *
   * @param reason in a few words, without secrets
   * @param since when that began; further failures do not change it
   */
  record Unavailability(String reason, Instant since) {}

  /** Flushes what is on its way, within a bound, and answers every open call. Idempotent. */
  @Override
  void close();
}
