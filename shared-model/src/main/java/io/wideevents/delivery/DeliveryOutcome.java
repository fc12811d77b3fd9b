package io.wideevents.delivery;

import io.wideevents.event.Tier;
import java.util.Objects;

/** The outcome of the delivery of one event through a {@link LoggerPort}. */
public sealed interface DeliveryOutcome {

  /** The event is durable: it survives the death of any process. */
  record Durable(Tier tier) implements DeliveryOutcome {
    public Durable {
      Objects.requireNonNull(tier, "tier");
    }
  }

  /**
   * A tier rejects this event, and would reject it again.
   *
   * @param code stable, snake_case, for example {@code refused_by_database}
   */
  record Refused(String code, String message) implements DeliveryOutcome {}

  /**
   * No tier confirmed the event in time. The event may be durable or not. Sending the event again
   * is safe.
   */
  record NotConfirmed(Throwable cause) implements DeliveryOutcome {}
}
