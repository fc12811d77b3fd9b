package io.wideevents.delivery.tiers;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The circuit breaker of a tier. The circuit opens when calls fail, or when calls are slow that
 * began after an earlier slow answer. After a pause the circuit is half-open and admits single
 * events as probes. Safe for concurrent use; blocks only for a short lock.
 *
 * <p>One monotonic clock gives the end of the pause, the warm-up time and the duration of calls.
 * Only the times in {@link #status} are wall-clock times. No thread moves the circuit to half-open:
 * the first query after the pause finds it half-open.
 *
 * <p>Why one pause does not open the circuit: docs/decisions/slow-calls-and-the-breaker.md.
 */
public final class TierBreaker {
  private static final Logger log = LoggerFactory.getLogger(TierBreaker.class);

  // A failed call costs a client seconds, and an unnecessary opening costs a fallback of
  // milliseconds. Therefore two failures among the last four calls open the circuit. A slow call
  // costs a client less, and a pause makes all calls in flight slow at once. Therefore only slow
  // calls that began after the first slow answer count.
  private static final int WINDOW_CALLS = 4;
  private static final int MIN_CALLS = 2;
  private static final int THRESHOLD_PERCENT = 50;
  private static final Duration SLOW = Duration.ofSeconds(1);
  // A caller waits this long for a small request; a tier that stays slow gives a slow answer at
  // least this often.
  private static final Duration QUIET = Duration.ofSeconds(2);
  // Time that a healthy tier may take for each event of a big request before the call counts as
  // slow.
  private static final Duration PER_EVENT = Duration.ofMillis(1);
  // The first calls after the first answer are slow: classes are loaded, code is not compiled yet,
  // and the broker assigns a producer id. These calls succeed, and an open circuit would only add
  // load to the next tier. Failures count during the warm-up as at any other time.
  private static final Duration WARM_UP = Duration.ofSeconds(15);
  // Before jitter, which gives half to one and a half of the value.
  private static final IntervalFunction PAUSE =
      IntervalFunction.ofExponentialBackoff(Duration.ofMillis(500), 1.5, Duration.ofMillis(3_300));

  /** What a caller may send to the tier now. */
  enum Admission {
    /** All events. */
    ALL,
    /** One event as a probe; all events go to the next tier as well. */
    PROBE,
    /** Nothing. */
    NONE
  }

  private final Tier tier;
  private final IntervalFunction pause;
  private final Duration warmUp;
  private final LongSupplier nanoClock;
  private final InstantSource wallClock;
  private final Slowness slowness = new Slowness(QUIET);
  private final LongAdder failures = new LongAdder();
  private final List<Runnable> onClosed = new CopyOnWriteArrayList<>();

  // The lock makes the permit and the state one reading. Otherwise another call could open the
  // circuit in between, and a permit of the closed circuit would be taken for the probe's.
  private final ReentrantLock lock = new ReentrantLock();
  private final CircuitBreaker breaker;
  private boolean confirmed;
  private long warmNanos;
  private boolean closedNow;
  private Instant since;
  private long changedNanos;
  private long probeNanos;
  private volatile boolean answered;

  TierBreaker(Tier tier, Timing timing) {
    this(
        tier,
        attempt -> timing.jittered(Duration.ofMillis(PAUSE.apply(attempt))).toMillis(),
        WARM_UP,
        timing);
  }

  TierBreaker(Tier tier, IntervalFunction pause, Timing timing) {
    this(tier, pause, Duration.ZERO, timing);
  }

  /**
   * @param pause time until the circuit is half-open, by the number of openings in a row
   * @param warmUp time after the first confirmed call in which slow calls do not count
   */
  TierBreaker(Tier tier, IntervalFunction pause, Duration warmUp, Timing timing) {
    this.tier = tier;
    this.pause = pause;
    this.warmUp = warmUp;
    this.nanoClock = timing.nanoClock();
    this.wallClock = timing.wallClock();
    this.since = wallClock.instant();
    this.changedNanos = nanoClock.getAsLong();
    this.breaker =
        CircuitBreaker.of(
            tier.label(),
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW_CALLS, MIN_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(THRESHOLD_PERCENT)
                .slowCallRateThreshold(THRESHOLD_PERCENT)
                .slowCallDurationThreshold(SLOW)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(this::pauseFromNow)
                .clock(new MonotonicClock(nanoClock))
                .currentTimestampFunction(clock -> nanoClock.getAsLong(), TimeUnit.NANOSECONDS)
                .build());
    breaker.getEventPublisher().onStateTransition(event -> changed(event.getStateTransition()));
  }

  /**
   * Every answer except {@code NONE} must be followed by exactly one call of {@link #record} or
   * {@link #failed}.
   */
  Admission admit() {
    lock.lock();
    try {
      if (!breaker.tryAcquirePermission()) {
        return Admission.NONE;
      }
      return breaker.getState() == CircuitBreaker.State.CLOSED ? Admission.ALL : Admission.PROBE;
    } catch (RuntimeException | Error e) {
      // The library logs its state changes, and the host's logging may throw. No permit was given.
      return Admission.NONE;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Records an admitted call that ends now. Errors of single events, and events that this process
   * did not send, say nothing about the tier.
   *
   * @param admission the result of {@link #admit}
   * @param elapsed time since the call began
   */
  void record(Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    boolean closed;
    lock.lock();
    try {
      learnOrReopen(admission, outcomes, elapsed);
      closed = closedNow;
      closedNow = false;
    } finally {
      lock.unlock();
    }
    if (closed) {
      onClosed.forEach(Runnable::run);
    }
  }

  /**
   * Records a call even if the library throws: the library logs its state changes, and the host's
   * logging may throw. If the outcome of a probe cannot be recorded, the circuit opens and is
   * probed again after the pause. Otherwise the circuit would stay half-open without a permit.
   */
  private void learnOrReopen(
      Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    try {
      learn(admission, outcomes, elapsed);
    } catch (RuntimeException | Error e) {
      if (admission == Admission.PROBE && breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
        // The library changes the state before it logs the change.
        LogThrottle.safely(breaker::transitionToOpenState);
      }
    }
  }

  private void learn(Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    if (!outcomes.stream().allMatch(DeliveryOutcome.NotConfirmed.class::isInstance)) {
      answered = true;
    }
    long now = nanoClock.getAsLong();
    long began = now - elapsed.toNanos();
    if (admission == Admission.ALL && began - changedNanos < 0) {
      // The call began in another state of the circuit and may be the reason for the change. It
      // says nothing about the tier now and must not be taken for the probe.
      return;
    }
    boolean anyDurable = false;
    for (DeliveryOutcome outcome : outcomes) {
      switch (outcome) {
        case DeliveryOutcome.NotConfirmed failed -> {
          if (isAboutTheTier(failed.cause())) {
            breaker.onError(elapsed.toNanos(), TimeUnit.NANOSECONDS, failed.cause());
            return;
          }
        }
        case DeliveryOutcome.Durable durable -> anyDurable = true;
        case DeliveryOutcome.Refused refused -> {}
      }
    }
    if (anyDurable) {
      succeeded(began, now, outcomes.size());
    } else {
      release(admission);
    }
  }

  private void succeeded(long began, long now, int events) {
    if (!confirmed) {
      confirmed = true;
      warmNanos = now + warmUp.toNanos();
    }
    long granted = SLOW.plus(PER_EVENT.multipliedBy(events)).toNanos();
    boolean warm = now - warmNanos >= 0;
    boolean slow = warm && now - began > granted;
    boolean again = slowness.isShownBy(began, now, slow);
    // A probe is the only call, so one slow answer counts. Opening again costs no client anything,
    // because the next tier gets the events as well.
    boolean counts = again || (slow && breaker.getState() != CircuitBreaker.State.CLOSED);
    breaker.onSuccess(counts ? now - began : 0, TimeUnit.NANOSECONDS);
  }

  private static boolean isAboutTheTier(Throwable cause) {
    return switch (cause) {
      // The outcome of one event.
      case DocumentWriteException failure -> failure.blamesServer();
      // Back-pressure of this process.
      case NotSentException notSent -> false;
      default -> true;
    };
  }

  private void release(Admission admission) {
    // Only half-open calls hold a permit. Releasing the permit of a call that was admitted while
    // the
    // circuit was closed would admit a second probe.
    if (admission == Admission.PROBE) {
      breaker.releasePermission();
    }
  }

  /**
   * Records an admitted call that failed inside this process. The cause is a bug, or an event that
   * cannot be encoded for the tier. The failure is counted in {@link #failures()} and does not
   * count against the tier.
   *
   * @param admission the result of {@link #admit}
   */
  void failed(Admission admission) {
    failures.increment();
    lock.lock();
    try {
      release(admission);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the tier has ever confirmed or rejected an event. */
  boolean hasAnswered() {
    return answered;
  }

  /** Calls that failed inside this process, since the start. */
  long failures() {
    return failures.sum();
  }

  /**
   * The status of the tier according to its last calls. After the pause the state is {@code
   * PROBING} even without a call: a gateway that is taken out of rotation because no tier is up
   * must be able to become ready without traffic.
   */
  public TierStatus status() {
    lock.lock();
    try {
      return switch (breaker.getState()) {
        case OPEN, FORCED_OPEN -> {
          boolean paused = nanoClock.getAsLong() - probeNanos > 0;
          yield TierStatus.of(tier, paused ? State.PROBING : State.DOWN).since(since);
        }
        case HALF_OPEN -> TierStatus.of(tier, State.PROBING).since(since);
        case CLOSED, DISABLED, METRICS_ONLY -> TierStatus.of(tier, State.UP);
      };
    } finally {
      lock.unlock();
    }
  }

  /** Registers an action that runs whenever the circuit closes. The action must not block. */
  public void onClosed(Runnable action) {
    onClosed.add(action);
  }

  Tier tier() {
    return tier;
  }

  private long pauseFromNow(int attempt) {
    long millis = pause.apply(attempt);
    probeNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
    return millis;
  }

  private void changed(CircuitBreaker.StateTransition transition) {
    changedNanos = nanoClock.getAsLong();
    switch (transition) {
      case CLOSED_TO_OPEN -> {
        since = wallClock.instant();
        LogThrottle.safely(
            () -> log.atWarn().addKeyValue("tier", tier.label()).log("Circuit opened"));
      }
      case HALF_OPEN_TO_CLOSED -> {
        since = wallClock.instant();
        closedNow = true;
        LogThrottle.safely(
            () -> log.atInfo().addKeyValue("tier", tier.label()).log("Circuit closed"));
      }
      default ->
          LogThrottle.safely(
              () ->
                  log.atDebug()
                      .addKeyValue("tier", tier.label())
                      .addKeyValue("transition", transition)
                      .log("Circuit changed"));
    }
  }
}
