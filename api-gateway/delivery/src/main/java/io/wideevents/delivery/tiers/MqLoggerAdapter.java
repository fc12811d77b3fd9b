package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;

/**
 * The message queue as the first tier of the {@link DeliveryChain}: a logger whose status is down
 * while the queue's client knows of an outage.
 *
 * <p>Safe for concurrent use. Blocks as {@link MqClientPort#log} does. Owns the client.
 */
public final class MqLoggerAdapter implements LoggerPort {
  private final MqClientPort mq;

  public MqLoggerAdapter(MqClientPort mq) {
    this.mq = mq;
  }

  /** Logs the fallback to direct logging, under the name of this class. */
  static FallbackLog fallbacks() {
    return new FallbackLog(
        LoggerFactory.getLogger(MqLoggerAdapter.class),
        "MQ publish failed, falling back to direct logging");
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return mq.log(events, deadline);
  }

  /** The status of the tier, given the status of its circuit. Does not block. */
  TierStatus status(TierStatus circuit) {
    return mq.unavailability()
        .map(
            down ->
                new TierStatus(
                    Tier.KAFKA,
                    State.DOWN,
                    // The outage began when the circuit opened or when the client noticed the
                    // outage, whichever was first.
                    Optional.of(circuit.since().filter(down.since()::isAfter).orElse(down.since())),
                    down.reason(),
                    circuit.backlog()))
        .orElse(circuit);
  }

  @Override
  public void close() {
    mq.close();
  }
}
