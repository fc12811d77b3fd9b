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
 * Decides whether a tier is worth waiting for: opened by calls that fail, or that are slow although
 * the tier had been slow before they began; tried again with single events after a pause. Safe for
 * concurrent use; never blocks for long.
 *
 * <p>Everything but the times in {@link #status} comes from the one monotonic clock: the end of the
 * pause, the time to warm up, and how long calls took. No thread moves the circuit: it is found
 * half-open when it is asked after the pause.
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
  // Before jitter: half of it to one and a half.
  private static final IntervalFunction PAUSE =
      IntervalFunction.ofExponentialBackoff(Duration.ofMillis(500), 1.5, Duration.ofMillis(3_300));

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
  private final IntervalFunction pause;
  private final Duration warmUp;
  private final LongSupplier nanoClock;
  private final InstantSource wallClock;
  private final Slowness slowness = new Slowness(QUIET);
  private final LongAdder failures = new LongAdder();
  private final List<Runnable> onClosed = new CopyOnWriteArrayList<>();

  // A permit and the state it was given in are read as one: a permit of the closed circuit must not
  // be taken for the probe's when another call opens the circuit in between.
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

  /** Without a time to warm up. */
  TierBreaker(Tier tier, IntervalFunction pause, Timing timing) {
    this(tier, pause, Duration.ZERO, timing);
  }

  /**
   * @param pause until the circuit is half-open, by the number of times it opened in a row
   * @param warmUp for how long after the first confirmed call slow ones do not count
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

  /** Every answer but {@code NONE} must be followed by {@link #record} or {@link #failed} once. */
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
   * Learns from an admitted call that ends now. Errors of the events themselves, and events that
   * this process did not send, say nothing about the tier.
   *
   * @param admission what {@link #admit} said
   * @param elapsed since it began
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
   * Learns from a call whatever the library throws: it logs its state changes, and the host's
   * logging may throw. A probe whose outcome is lost opens the circuit, which is probed again after
   * the pause. Without that the circuit would stay half-open without a permit.
   */
  private void learnOrReopen(
      Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    try {
      learn(admission, outcomes, elapsed);
    } catch (RuntimeException | Error e) {
      if (admission == Admission.PROBE && breaker.getState() == CircuitBreaker.State.HALF_OPEN) {
        // The state changes before the library logs the change.
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
      // Made when the circuit was in another state, of which it may have been the reason: says
      // nothing about the tier now, and must not be taken for the probe.
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
    // A probe is alone: there is no other call to wait for, and it costs no client anything.
    boolean counts = again || (slow && breaker.getState() != CircuitBreaker.State.CLOSED);
    breaker.onSuccess(counts ? now - began : 0, TimeUnit.NANOSECONDS);
  }

  private static boolean isAboutTheTier(Throwable cause) {
    return switch (cause) {
      // An answer for one event.
      case DocumentWriteException failure -> failure.blamesServer();
      // Back-pressure of this process.
      case NotSentException notSent -> false;
      default -> true;
    };
  }

  /** Ends an admitted call that says nothing about the tier. */
  private void release(Admission admission) {
    // Only half-open calls hold a permit. Releasing the permit of a call that was admitted while
    // the
    // circuit was closed would admit a second probe.
    if (admission == Admission.PROBE) {
      breaker.releasePermission();
    }
  }

  /**
   * Ends an admitted call that failed instead of being answered. That is a bug, or an event that
   * cannot be turned into what the tier takes, and costs no time: counted, and not held against the
   * tier.
   *
   * @param admission what {@link #admit} said
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

  /** Whether the tier has ever confirmed or refused an event. */
  boolean hasAnswered() {
    return answered;
  }

  /** Calls that failed instead of being answered, since the start. */
  long failures() {
    return failures.sum();
  }

  /**
   * How the tier is, as far as its last calls tell. After the pause it is {@code PROBING} without a
   * call: a gateway that is taken out of rotation for having no tier must come back without one.
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

  /** Has {@code action} run whenever the tier is back; it must not block. */
  public void onClosed(Runnable action) {
    onClosed.add(action);
  }

  Tier tier() {
    return tier;
  }

  /** Asked by the circuit as it opens. */
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
