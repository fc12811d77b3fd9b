package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Logs events through the message queue, and sends the events that the queue does not confirm to a
 * fallback under the same ids.
 *
 * <p>Safe for concurrent use. Blocks as {@link MqClientPort#log} does. Closes the queue's client
 * first and then the fallback, so that the fallback takes the events that the client left
 * unconfirmed.
 */
public final class MqLoggerAdapter implements LoggerPort {
  private final FailoverLogger failover;

  /**
   * @param fallback takes the events that the queue did not confirm or that it rejected
   * @param closing bounds the time to close
   */
  public MqLoggerAdapter(
      MqClientPort mq,
      TierBreaker breaker,
      LoggerPort fallback,
      ClosingTime closing,
      Timing timing) {
    this.failover =
        new FailoverLogger(
            new GuardedTier(mq::log, breaker, timing),
            mq::close,
            fallback,
            FailoverLogger.OnRefusal.TRY_NEXT,
            new FallbackLog(
                LoggerFactory.getLogger(MqLoggerAdapter.class),
                Level.WARN,
                "MQ publish failed, falling back to direct logging"),
            closing,
            timing);
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    return failover.log(events, deadline);
  }

  @Override
  public void close() {
    failover.close();
  }
}
