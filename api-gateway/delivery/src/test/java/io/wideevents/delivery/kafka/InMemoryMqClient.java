package io.wideevents.delivery.kafka;

import io.wideevents.delivery.RecordingLogger;
import io.wideevents.event.EventId;
import io.wideevents.event.Tier;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A queue in memory that fails on demand. Passes {@link MqClientPortContract}. */
public final class InMemoryMqClient extends RecordingLogger implements MqClientPort {
  /** The start of the outage while the queue is down. */
  public static final Instant DOWN_SINCE = Instant.parse("2026-11-22T10:00:00Z");

  public InMemoryMqClient() {
    super(Tier.KAFKA);
  }

  /** The ids of the events in the queue, in order. */
  public List<EventId> published() {
    return List.copyOf(durable().keySet());
  }

  @Override
  public Optional<Unavailability> unavailability() {
    return isClosed() || isDown()
        ? Optional.of(new Unavailability("down on demand", DOWN_SINCE))
        : Optional.empty();
  }
}
