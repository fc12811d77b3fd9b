package io.wideevents.delivery.kafka;

import io.wideevents.delivery.LoggerPort;
import java.time.Instant;
import java.util.Optional;

/**
 * A message queue that makes events durable. A client can be created while the queue is
 * unreachable. Its events are then {@code NotConfirmed}.
 *
 * <p>{@link #log} may block the caller for a fraction of a second, for example while the client's
 * buffer is full. After the first event that fails, the remaining events of the call are not sent.
 * An event that is not confirmed by the deadline may be in the queue. {@code Refused} means that
 * the queue rejects the event; another tier may accept the event. A call may complete on a thread
 * of the client, which dependents must not block.
 *
 * <p>{@link #close} flushes the records in flight within a limit and completes every open call.
 *
 * <p>Safe for concurrent use. Sending an event twice is harmless, because consumers identify an
 * event by its id.
 */
public interface MqClientPort extends LoggerPort {
  /**
   * The reason why the queue takes no events now, as far as the client knows; empty if it takes
   * them. Does not block.
   */
  Optional<Unavailability> unavailability();

  /**
   * Why the queue takes no events.
   *
   * @param reason in a few words, without secrets
   * @param since when the outage began; further failures do not change it
   */
  record Unavailability(String reason, Instant since) {}
}
