package io.wideevents.gateway.delivery;

import io.wideevents.event.Tier;
import io.wideevents.gateway.kafka.MqClientPort;
import io.wideevents.logging.LoggerPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tiers put together: what events are given to, and how each tier is.
 *
 * <p>Owned, and closed, by {@code GatewayApplication}; closes the tiers it was given, strongest
 * first, so that a weaker one takes what a stronger one leaves unconfirmed.
 */
public final class DeliveryTiers implements AutoCloseable {
  private final Optional<MqClientPort> mq;
  private final TierBreaker mqBreaker = new TierBreaker(Tier.KAFKA);
  private final LoggerPort logger;

  /**
   * @param mq tier 1; empty when it is switched off
   * @param direct tier 2
   */
  public DeliveryTiers(Optional<MqClientPort> mq, LoggerPort direct) {
    this.mq = mq;
    this.logger =
        mq.<LoggerPort>map(client -> new MqLoggerAdapter(client, mqBreaker, direct)).orElse(direct);
  }

  /** Where events go. */
  public LoggerPort logger() {
    return logger;
  }

  /** How each tier is, strongest first; does not block. */
  public List<TierStatus> status() {
    List<TierStatus> tiers = new ArrayList<>();
    mq.ifPresent(client -> tiers.add(status(client)));
    tiers.add(new TierStatus(Tier.MONGODB, TierStatus.State.UP, ""));
    return tiers;
  }

  @Override
  public void close() {
    logger.close();
  }

  private TierStatus status(MqClientPort client) {
    return client
        .unavailability()
        .map(reason -> new TierStatus(Tier.KAFKA, TierStatus.State.DOWN, reason))
        .orElseGet(mqBreaker::status);
  }
}
