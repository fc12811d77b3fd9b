package io.wideevents.delivery.tiers;

import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.tiers.GuardedTier.OnRefusal;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.Tier;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Timing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Composes the tiers into the {@link DeliveryChain}, and reports their status. The live chain takes
 * posted events and ends at the spool. The replay chain takes spooled events and does not include
 * the spool. Both chains use the same clients and circuit breakers.
 *
 * <p>Owned, and closed, by {@code GatewayApplication}. Closes the given tiers in delivery order, so
 * that the next tier takes the events that a closing tier leaves unconfirmed.
 */
public final class DeliveryTiers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DeliveryTiers.class);

  private static final int THREADS = 2;

  private final Optional<MqLoggerAdapter> mq;
  private final DirectDatabase database;
  private final Optional<SpoolTier> spool;
  private final Instant made;
  private final TierBreaker mqBreaker;
  private final TierBreaker directBreaker;
  private final DeliveryChain live;
  private final LoggerPort replay;

  /**
   * Tier 2.
   *
   * @param database reports whether the database of the tier is available
   */
  public record MongoTier(LoggerPort logger, DirectDatabase database) {}

  /**
   * Tier 3.
   *
   * @param status reports the status of the spool; must not block
   */
  public record SpoolTier(LoggerPort logger, Supplier<TierStatus> status) {}

  /**
   * @param mq tier 1; empty if it is switched off
   * @param mongo tier 2
   * @param spool tier 3; empty for replaying a spool without live traffic
   * @param closing bounds the time to close all tiers together
   * @param timing the clocks and threads of both chains
   */
  public DeliveryTiers(
      Optional<MqClientPort> mq,
      MongoTier mongo,
      Optional<SpoolTier> spool,
      ClosingTime closing,
      Timing timing) {
    this.mq = mq.map(MqLoggerAdapter::new);
    this.database = mongo.database();
    this.spool = spool;
    this.made = timing.wallClock().instant();
    this.mqBreaker = new TierBreaker(Tier.KAFKA, timing);
    this.directBreaker = new TierBreaker(Tier.MONGODB, timing);
    List<GuardedTier> guarded = new ArrayList<>();
    this.mq.ifPresent(
        adapter ->
            guarded.add(
                new GuardedTier(
                    adapter, mqBreaker, OnRefusal.TRY_NEXT, MqLoggerAdapter.fallbacks(), timing)));
    guarded.add(
        new GuardedTier(
            mongo.logger(),
            directBreaker,
            OnRefusal.ANSWER,
            new FallbackLog(log, "MongoDB write failed, falling back to the spool"),
            timing));
    // The queue is not bounded here, because each request has at most one task in it.
    this.live =
        new DeliveryChain(
            guarded, spool.map(SpoolTier::logger), timing.executor("delivery", THREADS), closing);
    this.replay = live.withoutSpool();
  }

  /** The chain for posted events. */
  public LoggerPort live() {
    return live;
  }

  /** The chain for spooled events; it does not include the spool. */
  public LoggerPort replay() {
    return replay;
  }

  /**
   * Registers an action that runs whenever the circuit of Kafka or MongoDB closes. The action must
   * not block.
   */
  public void onRecovery(Runnable action) {
    mqBreaker.onClosed(action);
    directBreaker.onClosed(action);
  }

  /** The status of each tier, in delivery order. Does not block. */
  public List<TierStatus> status() {
    List<TierStatus> tiers = new ArrayList<>();
    mq.ifPresent(adapter -> tiers.add(adapter.status(mqBreaker.status())));
    tiers.add(directStatus());
    spool.ifPresent(tier -> tiers.add(tier.status().get()));
    return tiers;
  }

  /** The status of each circuit breaker, in delivery order. Does not block. */
  public List<TierStatus> circuits() {
    return mq.isPresent()
        ? List.of(mqBreaker.status(), directBreaker.status())
        : List.of(directBreaker.status());
  }

  /**
   * The number of calls per tier that failed inside this process since the start, in delivery
   * order. Calls that the tier answered are not counted.
   */
  public Map<Tier, Long> failures() {
    Map<Tier, Long> failures = new EnumMap<>(Tier.class);
    mq.ifPresent(client -> failures.put(Tier.KAFKA, mqBreaker.failures()));
    failures.put(Tier.MONGODB, directBreaker.failures());
    return failures;
  }

  @Override
  public void close() {
    live.close();
  }

  /** The status of tier 2. A database that has not answered yet is down. */
  private TierStatus directStatus() {
    TierStatus circuit = directBreaker.status();
    Optional<String> unavailability = database.unavailability();
    if (unavailability.isPresent()) {
      // The database's report decides. The circuit opens only when an event fails, and becomes
      // half-open after a pause even if the database is still unavailable.
      return new TierStatus(
          Tier.MONGODB,
          State.DOWN,
          Optional.of(circuit.since().orElse(made)),
          unavailability.get(),
          circuit.backlog());
    }
    boolean reached = directBreaker.hasAnswered() || database.hasAnswered();
    return circuit.state() == State.UP && !reached
        ? TierStatus.of(Tier.MONGODB, State.DOWN).since(made).because("not reached yet")
        : circuit;
  }
}
