package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Sends events that a tier rejected to the dead-letter topic, with the reason. Safe for concurrent
 * use. Sending an event twice is harmless.
 */
@FunctionalInterface
public interface DeadLetterPort {
  /** For a gateway without Kafka: rejected events stay in the spool. */
  DeadLetterPort UNAVAILABLE =
      (events, deadline) ->
          CompletableFuture.completedFuture(
              events.stream()
                  .<DeliveryOutcome>map(
                      event ->
                          new DeliveryOutcome.NotConfirmed(
                              new IllegalStateException("There is no dead-letter topic")))
                  .toList());

  /**
   * Writes dead letters. Does not block.
   *
   * @param events at least one, each with {@link SpooledEvent#refusalCode} and its message
   * @return one outcome per event, in order, by the deadline; {@code Durable} means that the event
   *     may leave the spool, and any other outcome keeps it for a later attempt
   */
  CompletableFuture<List<DeliveryOutcome>> deadLetter(List<SpooledEvent> events, Deadline deadline);
}
