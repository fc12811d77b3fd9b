package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Takes events that a tier refused, with the reason, to where a person will find them: the
 * dead-letter topic. Safe for concurrent use; taking the same event twice is harmless.
 */
@FunctionalInterface
public interface DeadLetterPort {
  /** For a gateway without Kafka: refused events stay in the spool. */
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
   * Writes dead letters; returns at once.
   *
   * @param events at least one, each with {@link SpooledEvent#refusalCode} and its message
   * @return one outcome per event, in order, by the deadline; {@code Durable} lets the event leave
   *     the spool, anything else keeps it for a later attempt
   */
  CompletableFuture<List<DeliveryOutcome>> deadLetter(List<SpooledEvent> events, Deadline deadline);
}
