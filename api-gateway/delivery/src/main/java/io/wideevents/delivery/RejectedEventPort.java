package io.wideevents.delivery;

import io.wideevents.time.Deadline;
import java.time.Instant;
import java.util.List;

/** Sends events that the gateway rejected to the dead-letter topic. Safe for concurrent use. */
@FunctionalInterface
public interface RejectedEventPort {
  /**
   * Writes dead letters. Blocks until all are acknowledged, or until the deadline.
   *
   * @param events at least one
   * @param receivedAt when the events arrived
   * @return number of events whose dead letter was not acknowledged in time; it may be in the topic
   *     nevertheless
   */
  int deadLetter(List<RejectedEvent> events, Instant receivedAt, Deadline deadline);
}
