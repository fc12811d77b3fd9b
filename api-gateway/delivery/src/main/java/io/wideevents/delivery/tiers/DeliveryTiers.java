package io.wideevents.delivery.tiers;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.delivery.kafka.MqClientPort;
import io.wideevents.delivery.tiers.FailoverLogger.OnRefusal;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.ClosingTime;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * The tiers put together: one chain for what clients post, which ends at the spool, and one for
 * what the spool replays, which does not. Both share the tiers and what is known about them.
 *
 * <p>Owned, and closed, by {@code GatewayApplication}; closes the tiers it was given, strongest
 * first, so that a weaker one takes what a stronger one leaves unconfirmed.
 */
public final class DeliveryTiers implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DeliveryTiers.class);

  private final Optional<MqClientPort> mq;
  private final DirectDatabase directDatabase;
  private final Supplier<TierStatus> spoolStatus;
  private final Instant made;
  private final TierBreaker mqBreaker;
  private final TierBreaker directBreaker;
  private final LoggerPort live;
  private final LoggerPort replay;

  /**
   * @param mq tier 1; empty when it is switched off
   * @param direct tier 2
   * @param directDatabase what is known about its database
   * @param spool tier 3
   * @param spoolStatus asks the spool how it is; must not block
   * @param closing what bounds the end of all tiers together
   * @param timing the clocks and threads of both chains
   */
  public DeliveryTiers(
      Optional<MqClientPort> mq,
      LoggerPort direct,
      DirectDatabase directDatabase,
      LoggerPort spool,
      Supplier<TierStatus> spoolStatus,
      ClosingTime closing,
      Timing timing) {
    this.mq = mq;
    this.made = timing.wallClock().instant();
    this.mqBreaker = new TierBreaker(Tier.KAFKA, timing);
    this.directBreaker = new TierBreaker(Tier.MONGODB, timing);
    this.directDatabase = directDatabase;
    this.spoolStatus = spoolStatus;
    GuardedTier guardedDirect = new GuardedTier(direct::log, directBreaker, timing);
    LoggerPort liveDirect =
        new FailoverLogger(
            guardedDirect,
            direct::close,
            spool,
            OnRefusal.ANSWER,
            new FallbackLog(log, Level.WARN, "MongoDB write failed, falling back to the spool"),
            closing,
            timing);
    this.live =
        mq.<LoggerPort>map(
                client -> new MqLoggerAdapter(client, mqBreaker, liveDirect, closing, timing))
            .orElse(liveDirect);
    // The replayer itself logs its progress.
    var quiet = new FallbackLog(log, Level.DEBUG, "Replayed events were not confirmed");
    LoggerPort replayDirect = new LastTier(guardedDirect);
    this.replay =
        mq.<LoggerPort>map(
                client ->
                    new FailoverLogger(
                        new GuardedTier(client::publish, mqBreaker, timing),
                        DeliveryTiers::leaveOpen,
                        replayDirect,
                        OnRefusal.TRY_NEXT,
                        quiet,
                        closing,
                        timing))
            .orElse(replayDirect);
  }

  /** The upper two tiers alone, for emptying a spool into them. */
  public static DeliveryTiers withoutSpool(
      Optional<MqClientPort> mq, LoggerPort direct, ClosingTime closing, Timing timing) {
    return new DeliveryTiers(
        mq,
        direct,
        () -> false,
        new NoTier(),
        () -> TierStatus.of(Tier.SPOOL, State.DOWN).because("not used here"),
        closing,
        timing);
  }

  /** Where posted events go. */
  public LoggerPort live() {
    return live;
  }

  /** Where spooled events go: never back to the spool. */
  public LoggerPort replay() {
    return replay;
  }

  /** Has {@code action} run whenever Kafka or MongoDB is back; it must not block. */
  public void onRecovery(Runnable action) {
    mqBreaker.onClosed(action);
    directBreaker.onClosed(action);
  }

  /** How each tier is, strongest first; does not block. */
  public List<TierStatus> status() {
    List<TierStatus> tiers = new ArrayList<>();
    mq.ifPresent(client -> tiers.add(status(client)));
    tiers.add(directStatus());
    tiers.add(spoolStatus.get());
    return tiers;
  }

  /** What the circuit breaker of each tier that has one says, strongest first; does not block. */
  public List<TierStatus> circuits() {
    return mq.isPresent()
        ? List.of(mqBreaker.status(), directBreaker.status())
        : List.of(directBreaker.status());
  }

  /**
   * How many calls of each tier failed inside this process instead of being answered, since the
   * start; strongest first.
   */
  public Map<Tier, Long> failures() {
    Map<Tier, Long> failures = new EnumMap<>(Tier.class);
    mq.ifPresent(client -> failures.put(Tier.KAFKA, mqBreaker.failures()));
    failures.put(Tier.MONGODB, directBreaker.failures());
    return failures;
  }

  @Override
  public void close() {
    replay.close();
    live.close();
  }

  private TierStatus status(MqClientPort client) {
    TierStatus circuit = mqBreaker.status();
    return client
        .unavailability()
        .map(
            down ->
                new TierStatus(
                    Tier.KAFKA,
                    State.DOWN,
                    // The circuit opens only when events come, and may have been open before.
                    Optional.of(circuit.since().filter(down.since()::isAfter).orElse(down.since())),
                    down.reason(),
                    circuit.backlog()))
        .orElse(circuit);
  }

  /** Nobody knows that a database takes events before it has given a sign of life. */
  private TierStatus directStatus() {
    TierStatus circuit = directBreaker.status();
    Optional<String> unavailability = directDatabase.unavailability();
    if (unavailability.isPresent()) {
      // The circuit opens only when events come, and may close for a moment by its timer.
      return new TierStatus(
          Tier.MONGODB,
          State.DOWN,
          Optional.of(circuit.since().orElse(made)),
          unavailability.get(),
          circuit.backlog());
    }
    boolean reached = directBreaker.hasAnswered() || directDatabase.hasAnswered();
    return circuit.state() == State.UP && !reached
        ? TierStatus.of(Tier.MONGODB, State.DOWN).since(made).because("not reached yet")
        : circuit;
  }

  /** Stands where a replay would close a tier that the live chain closes. */
  private static void leaveOpen() {}

  /** In the spool's place where none is used: the events stay where they are. */
  private static final class NoTier implements LoggerPort {
    @Override
    public CompletableFuture<List<DeliveryOutcome>> log(
        List<EncodedEvent> events, Deadline deadline) {
      return CompletableFuture.completedFuture(
          Collections.nCopies(
              events.size(),
              new DeliveryOutcome.NotConfirmed(
                  new IllegalStateException("Neither Kafka nor MongoDB takes events"))));
    }

    @Override
    public void close() {}
  }
}
