package io.wideevents.delivery.kafka;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.Deadline;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * A message queue that makes events durable. A client can be created while the queue is
 * unreachable. Events are {@code NotConfirmed} while the queue is unreachable.
 *
 * <p>Safe for concurrent use. Publishing an event twice is harmless, because consumers identify an
 * event by its id.
 */
public interface MqClientPort extends AutoCloseable {
  /**
   * Publishes events. Blocks the caller for at most a fraction of a second, when the queue's buffer
   * is full. After the first event that fails, the remaining events are not tried.
   *
   * @param events at least one
   * @param deadline when the caller stops waiting; an event that is not confirmed by then is {@code
   *     NotConfirmed} and may be in the queue
   * @return one outcome per event, in order; {@code Refused} means that this queue never takes the
   *     event, though another tier may. Never completes exceptionally. Completes by the deadline,
   *     on one of the client's own threads: dependents must not block that thread
   */
  CompletableFuture<List<DeliveryOutcome>> publish(List<EncodedEvent> events, Deadline deadline);

  /**
   * The reason why events cannot be published now, as far as the client knows; empty if they can.
   */
  Optional<Unavailability> unavailability();

  /**
   * Why events cannot be published.
   *
   * @param reason in a few words, without secrets
   * @param since when the outage began; further failures do not change it
   */
  record Unavailability(String reason, Instant since) {}

  /** Flushes the records in flight within a bound and completes every open call. Idempotent. */
  @Override
  void close();
}
