package io.wideevents.delivery.tiers;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreaker.State;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The states closed, open and half-open of one tier's circuit breaker, on Resilience4j. Two
 * failures among the last four calls open the circuit. After the open time the next call is a
 * probe, whose outcome closes the circuit or opens it again.
 *
 * <p>Logs each change of the state, and keeps its time. One monotonic clock gives the open time and
 * the order of calls and changes. Not safe for concurrent use.
 */
final class Circuit {
  // Log lines use the name of the public class, which operators know.
  private static final Logger log = LoggerFactory.getLogger(TierBreaker.class);

  // A failed call costs a client seconds, and an unnecessary opening costs a fallback of
  // milliseconds. Therefore the second failure opens the circuit.
  private static final int WINDOW_CALLS = 4;
  private static final int FAILURE_PERCENT = 50;

  // Before jitter. Jitter multiplies the value by 0.5 to 1.5.
  private static final IntervalFunction OPEN_TIME =
      IntervalFunction.ofExponentialBackoff(Duration.ofMillis(500), 1.5, Duration.ofMillis(3_300));

  private final String tier;
  private final IntervalFunction openTime;
  private final LongSupplier nanoClock;
  private final InstantSource wallClock;
  private final CircuitBreaker breaker;
  private State state = State.CLOSED;
  private long stateChangedNanos;
  private Instant openSince;
  private long probeNanos;

  /**
   * @param openTime milliseconds until the circuit is half-open, by the number of openings in a row
   */
  Circuit(Tier tier, IntervalFunction openTime, Timing timing) {
    this.tier = tier.label();
    this.openTime = openTime;
    this.nanoClock = timing.nanoClock();
    this.wallClock = timing.wallClock();
    this.stateChangedNanos = nanoClock.getAsLong();
    this.openSince = wallClock.instant();
    this.breaker =
        CircuitBreaker.of(
            this.tier,
            CircuitBreakerConfig.custom()
                .slidingWindow(WINDOW_CALLS, WINDOW_CALLS, SlidingWindowType.COUNT_BASED)
                .failureRateThreshold(FAILURE_PERCENT)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitIntervalFunctionInOpenState(this::startOpenTime)
                .clock(new MonotonicClock(nanoClock))
                .currentTimestampFunction(clock -> nanoClock.getAsLong(), TimeUnit.NANOSECONDS)
                .build());
    fillWindow();
  }

  /** The open time of a running process: longer after each opening in a row, with jitter. */
  static IntervalFunction openTime(Timing timing) {
    return opening -> timing.jittered(Duration.ofMillis(OPEN_TIME.apply(opening))).toMillis();
  }

  /**
   * Takes a permit for a call. A closed circuit permits each call, a half-open circuit one probe at
   * a time.
   */
  boolean tryPermit() {
    try {
      return breaker.tryAcquirePermission();
    } finally {
      noteChange();
    }
  }

  /** Releases the permit of a probe without an outcome. */
  void releaseProbe() {
    breaker.releasePermission();
  }

  void callSucceeded() {
    try {
      breaker.onSuccess(0, TimeUnit.NANOSECONDS);
    } finally {
      noteChange();
    }
  }

  void callFailed(Throwable cause) {
    try {
      breaker.onError(0, TimeUnit.NANOSECONDS, cause);
    } finally {
      noteChange();
    }
  }

  /** Opens a half-open circuit whose probe has no outcome, so that a later call probes again. */
  void reopen() {
    if (breaker.getState() == State.HALF_OPEN) {
      // The library changes the state before it logs the change.
      LogThrottle.safely(breaker::transitionToOpenState);
      noteChange();
    }
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Whether the circuit is half-open, or the next call makes it half-open. */
  boolean isProbing() {
    return state == State.HALF_OPEN
        || (state == State.OPEN && nanoClock.getAsLong() - probeNanos > 0);
  }

  /** When the circuit last changed from closed to open. */
  Instant openSince() {
    return openSince;
  }

  /** Whether a call that began at this time began before the state last changed. */
  boolean isFromEarlierState(long beganNanos) {
    return beganNanos - stateChangedNanos < 0;
  }

  private long startOpenTime(int opening) {
    long millis = openTime.apply(opening);
    probeNanos = nanoClock.getAsLong() + TimeUnit.MILLISECONDS.toNanos(millis);
    return millis;
  }

  /**
   * Compares the state with the last known one. A listener of the library would miss a change if
   * the host's logging throws.
   */
  private void noteChange() {
    State before = state;
    state = breaker.getState();
    if (state == before) {
      return;
    }
    stateChangedNanos = nanoClock.getAsLong();
    if (before == State.CLOSED) {
      openSince = wallClock.instant();
      LogThrottle.safely(() -> log.atWarn().addKeyValue("tier", tier).log("Circuit opened"));
    } else if (state == State.CLOSED) {
      fillWindow();
      LogThrottle.safely(() -> log.atInfo().addKeyValue("tier", tier).log("Circuit closed"));
    } else {
      LogThrottle.safely(
          () ->
              log.atDebug()
                  .addKeyValue("tier", tier)
                  .addKeyValue("state", state)
                  .log("Circuit changed"));
    }
  }

  /**
   * Fills the empty window of a circuit that is closed now with successes. In an empty window, one
   * failure among the first two calls would be half of the calls, and would open the circuit.
   */
  private void fillWindow() {
    for (int i = 0; i < WINDOW_CALLS; i++) {
      LogThrottle.safely(() -> breaker.onSuccess(0, TimeUnit.NANOSECONDS));
    }
  }
}
