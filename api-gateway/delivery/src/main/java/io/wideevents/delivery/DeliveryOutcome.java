package io.wideevents.delivery;

import io.wideevents.event.Tier;
import java.util.Objects;

/** What became of one event that was handed to a {@link LoggerPort}. */
public sealed interface DeliveryOutcome {

  /** The event survives the death of any process from here on. */
  record Durable(Tier tier) implements DeliveryOutcome {
    public Durable {
      Objects.requireNonNull(tier, "tier");
    }
  }

  /**
   * A tier refuses this very event and would refuse it again.
   *
   * @param code stable, snake_case, for example {@code refused_by_database}
   */
  record Refused(String code, String message) implements DeliveryOutcome {}

  /** No tier confirmed the event in time; it may be durable or not. Sending it again is safe. */
  record NotConfirmed(Throwable cause) implements DeliveryOutcome {}
}
