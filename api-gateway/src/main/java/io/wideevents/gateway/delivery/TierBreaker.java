package io.wideevents.gateway.delivery;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.event.Tier;
import io.wideevents.gateway.delivery.TierStatus.State;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.mongo.DocumentWriteException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a tier is worth waiting for: opened by calls that fail, or that are slow although
 * the tier had been slow before they began; tried again with single events after a pause. Safe for
 * concurrent use; never blocks.
 *
 * <p>Why one pause does not open it: docs/decisions/slow-calls-and-the-breaker.md.
 */
public final class TierBreaker {
  private static final Logger log = LoggerFactory.getLogger(TierBreaker.class);

  // Every failed call has cost a client seconds, while opening for nothing costs a detour of
  // milliseconds: two failures among the last four calls are enough. Slow calls cost a client less,
  // and a pause makes all calls under way slow at once: only those count that began after the
  // first.
  private static final int WINDOW_CALLS = 4;
  private static final int MIN_CALLS = 2;
  private static final int THRESHOLD_PERCENT = 50;
  private static final Duration SLOW = Duration.ofSeconds(1);
  // As long as a caller waits for a small request: a tier that stays slow answers slowly at least
  // that often.
  private static final Duration QUIET = Duration.ofSeconds(2);
  // What a healthy tier may take for each event of a big request, before that counts as slow.
  private static final Duration PER_EVENT = Duration.ofMillis(1);
  // After the first answer everything is slow once: classes load, code is not compiled, the broker
  // makes a producer's id. Those calls end well, and opening would only add the next tier's load.
  // What fails counts all the same, so an outage in this time costs no more than any other.
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  private static final IntervalFunction PAUSE =
      IntervalFunction.ofExponentialRandomBackoff(
          Duration.ofMillis(500), 1.5, 0.5, Duration.ofSeconds(5));

  /** What a caller may do with the tier now. */
  enum Admission {
    /** Give it all events. */
    ALL,
    /** Give it one event, and all of them to the next tier as well. */
    PROBE,
    /** Leave it alone. */
    NONE
  }

  private final Tier tier;
  private final CircuitBreaker breaker;
  private final Duration warmUp;
  private final AtomicReference<@Nullable Deadline> warm = new AtomicReference<>();
  private final Slowness slowness = new Slowness(QUIET);
  private final LongSupplier nanoClock;
  private final LongAdder failures = new LongAdder();
  private final List<Runnable> onClosed = new CopyOnWriteArrayList<>();
  private volatile boolean answered;
  private volatile Instant since = Instant.now();
  private volatile long changedNanos;

  public TierBreaker(Tier tier) {
    this(tier, PAUSE, WARM_UP, System::nanoTime);
  }

  /** Without a time to warm up. */
  TierBreaker(Tier tier, IntervalFunction pause) {
    this(tier, pause, Duration.ZERO, System::nanoTime);
  }

  /**
   * @param warmUp for how long after the first confirmed call slow ones do not count
   * @param nanoClock monotonic, like {@link System#nanoTime}
   */
  TierBreaker(Tier tier, IntervalFunction pause, Duration warmUp, LongSupplier nanoClock) {
    this.tier = tier;
    this.nanoClock = nanoClock;
    this.changedNanos = nanoClock.getAsLong();
    this.warmUp = warmUp;
    this.breaker =
        CircuitBreaker.of(
            tier.label(),
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW_CALLS, MIN_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(THRESHOLD_PERCENT)
                .slowCallRateThreshold(THRESHOLD_PERCENT)
                .slowCallDurationThreshold(SLOW)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(pause)
                // Not only on the next call: readiness shows it, and a gateway that is taken out
                // of rotation for having no tier must come back without one.
                .automaticTransitionFromOpenToHalfOpenEnabled(true)
                .build());
    breaker.getEventPublisher().onStateTransition(event -> changed(event.getStateTransition()));
  }

  /** Every answer but {@code NONE} must be followed by {@link #record} or {@link #failed} once. */
  Admission admit() {
    if (!breaker.tryAcquirePermission()) {
      return Admission.NONE;
    }
    return breaker.getState() == CircuitBreaker.State.CLOSED ? Admission.ALL : Admission.PROBE;
  }

  /**
   * Learns from an admitted call that ends now; errors of the events themselves say nothing about
   * the tier.
   *
   * @param admission what {@link #admit} said
   * @param elapsed since it began
   */
  void record(Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    if (!outcomes.stream().allMatch(DeliveryOutcome.NotConfirmed.class::isInstance)) {
      answered = true;
    }
    long now = nanoClock.getAsLong();
    long began = now - elapsed.toNanos();
    if (admission == Admission.ALL && began - changedNanos < 0) {
      // Made when the circuit was in another state, of which it may have been the reason: says
      // nothing about the tier now, and must not be taken for the probe. The probe itself always
      // counts: it may be admitted before the change it belongs to is noted.
      return;
    }
    boolean anyDurable = false;
    for (DeliveryOutcome outcome : outcomes) {
      switch (outcome) {
        case DeliveryOutcome.NotConfirmed failed -> {
          if (!isAboutTheEvent(failed.cause())) {
            breaker.onError(elapsed.toNanos(), TimeUnit.NANOSECONDS, failed.cause());
            return;
          }
        }
        case DeliveryOutcome.Durable durable -> anyDurable = true;
        case DeliveryOutcome.Refused refused -> {}
      }
    }
    if (anyDurable) {
      Duration granted = SLOW.plus(PER_EVENT.multipliedBy(outcomes.size()));
      boolean slow = !isWarmingUp() && elapsed.compareTo(granted) > 0;
      boolean again = slowness.isShownBy(began, now, slow);
      // A probe is alone: there is no other call to wait for, and it costs no client anything.
      boolean counts = again || (slow && breaker.getState() != CircuitBreaker.State.CLOSED);
      breaker.onSuccess(counts ? elapsed.toNanos() : 0, TimeUnit.NANOSECONDS);
    } else {
      release(admission);
    }
  }

  /** An answer for one event that blames no tier: no reason to keep the others from it. */
  private static boolean isAboutTheEvent(Throwable cause) {
    return cause instanceof DocumentWriteException failure && !failure.blamesServer();
  }

  private boolean isWarmingUp() {
    Deadline until = warm.get();
    if (until == null) {
      until = Deadline.after(warmUp);
      warm.compareAndSet(null, until);
    }
    return !until.remaining().isZero();
  }

  /** Ends an admitted call that says nothing about the tier. */
  private void release(Admission admission) {
    // Only probes are numbered; a call of another time would make room for a second one.
    if (admission == Admission.PROBE) {
      breaker.releasePermission();
    }
  }

  /**
   * Ends an admitted call that failed instead of being answered. That is a bug, or an event that
   * cannot be turned into what the tier takes, and costs nobody time: counted, and not held against
   * the tier.
   *
   * @param admission what {@link #admit} said
   */
  void failed(Admission admission) {
    failures.increment();
    release(admission);
  }

  /** Whether the tier has ever confirmed or refused an event. */
  boolean hasAnswered() {
    return answered;
  }

  /** Calls that failed instead of being answered, since the start. */
  long failures() {
    return failures.sum();
  }

  /** How the tier is, as far as its last calls tell. */
  public TierStatus status() {
    return switch (breaker.getState()) {
      case OPEN, FORCED_OPEN -> TierStatus.of(tier, State.DOWN).since(since);
      case HALF_OPEN -> TierStatus.of(tier, State.PROBING).since(since);
      case CLOSED, DISABLED, METRICS_ONLY -> TierStatus.of(tier, State.UP);
    };
  }

  /** Has {@code action} run whenever the tier is back; it must not block. */
  public void onClosed(Runnable action) {
    onClosed.add(action);
  }

  Tier tier() {
    return tier;
  }

  private void changed(CircuitBreaker.StateTransition transition) {
    changedNanos = nanoClock.getAsLong();
    switch (transition) {
      case CLOSED_TO_OPEN -> {
        since = Instant.now();
        log.atWarn().addKeyValue("tier", tier.label()).log("Circuit opened");
      }
      case HALF_OPEN_TO_CLOSED -> {
        since = Instant.now();
        log.atInfo().addKeyValue("tier", tier.label()).log("Circuit closed");
        onClosed.forEach(Runnable::run);
      }
      default ->
          log.atDebug()
              .addKeyValue("tier", tier.label())
              .addKeyValue("transition", transition)
              .log("Circuit changed");
    }
  }
}
