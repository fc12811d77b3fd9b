package io.wideevents.delivery.tiers;

import io.github.resilience4j.core.IntervalFunction;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.NotSentException;
import io.wideevents.delivery.tiers.TierStatus.State;
import io.wideevents.event.Tier;
import io.wideevents.mongo.DocumentWriteException;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * The circuit breaker of a tier: decides what a caller may send, and what the outcome of a call
 * says about the tier. {@link Circuit} has the states, and {@link Slowness} decides whether a
 * confirmed call was slow.
 *
 * <p>Failed calls open the circuit. Slow calls open it too; a slow call counts only if it began
 * after an earlier slow answer. After the open time the circuit is half-open and admits single
 * events as probes. No thread moves the circuit to half-open: the first query after the open time
 * finds it half-open.
 *
 * <p>Safe for concurrent use; blocks only for a short lock.
 *
 * <p>Why one pause of a tier does not open the circuit:
 * docs/decisions/slow-calls-and-the-breaker.md.
 */
public final class TierBreaker {
  // The first calls after the first answer are slow: classes are loaded, code is not compiled yet,
  // and the broker assigns a producer id. These calls succeed, and an open circuit would only add
  // load to the next tier. Failures count during the warm-up as at any other time.
  private static final Duration WARM_UP = Duration.ofSeconds(15);

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
  private final LongSupplier nanoClock;
  private final LongAdder failures = new LongAdder();
  private final List<Runnable> onClosed = new CopyOnWriteArrayList<>();

  // The lock makes admit read the permit and the state in one step. Otherwise another call could
  // open the circuit in between, and a permit of the closed circuit would be taken for the probe's.
  private final ReentrantLock lock = new ReentrantLock();
  private final Circuit circuit;
  private final Slowness slowness;
  private volatile boolean answered;

  TierBreaker(Tier tier, Timing timing) {
    this(tier, Circuit.openTime(timing), WARM_UP, timing);
  }

  TierBreaker(Tier tier, IntervalFunction openTime, Timing timing) {
    this(tier, openTime, Duration.ZERO, timing);
  }

  /**
   * @param openTime milliseconds until the circuit is half-open, by the number of openings in a row
   * @param warmUp time after the first confirmed call in which slow calls do not count
   */
  TierBreaker(Tier tier, IntervalFunction openTime, Duration warmUp, Timing timing) {
    this.tier = tier;
    this.nanoClock = timing.nanoClock();
    this.circuit = new Circuit(tier, openTime, timing);
    this.slowness = new Slowness(warmUp);
  }

  /**
   * Every result except {@code NONE} must be followed by exactly one call of {@link #record} or
   * {@link #failed}.
   */
  Admission admit() {
    lock.lock();
    try {
      if (!circuit.tryPermit()) {
        return Admission.NONE;
      }
      return circuit.isClosed() ? Admission.ALL : Admission.PROBE;
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
    boolean closes;
    lock.lock();
    try {
      boolean wasClosed = circuit.isClosed();
      recordOrReopen(admission, outcomes, elapsed);
      closes = !wasClosed && circuit.isClosed();
    } finally {
      lock.unlock();
    }
    if (closes) {
      onClosed.forEach(Runnable::run);
    }
  }

  /**
   * Records a call even if the library throws: the library logs its state changes, and the host's
   * logging may throw. If the outcome of a probe cannot be recorded, the circuit opens and is
   * probed again after the open time. Otherwise the circuit would stay half-open without a permit.
   */
  private void recordOrReopen(
      Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    try {
      recordOutcomes(admission, outcomes, elapsed);
    } catch (RuntimeException | Error e) {
      if (admission == Admission.PROBE) {
        circuit.reopen();
      }
    }
  }

  private void recordOutcomes(
      Admission admission, List<DeliveryOutcome> outcomes, Duration elapsed) {
    if (!outcomes.stream().allMatch(DeliveryOutcome.NotConfirmed.class::isInstance)) {
      answered = true;
    }
    long now = nanoClock.getAsLong();
    long began = now - elapsed.toNanos();
    if (admission == Admission.ALL && circuit.isFromEarlierState(began)) {
      // The call may be the reason for the change. It says nothing about the tier now and must not
      // be taken for the probe.
      return;
    }
    boolean anyDurable = false;
    for (DeliveryOutcome outcome : outcomes) {
      switch (outcome) {
        case DeliveryOutcome.NotConfirmed failed -> {
          if (isAboutTheTier(failed.cause())) {
            circuit.callFailed(failed.cause());
            return;
          }
        }
        case DeliveryOutcome.Durable durable -> anyDurable = true;
        case DeliveryOutcome.Refused refused -> {}
      }
    }
    if (!anyDurable) {
      release(admission);
    } else if (slowness.record(admission == Admission.PROBE, began, now, outcomes.size())) {
      circuit.callFailed(new TimeoutException("Confirmed after " + elapsed));
    } else {
      circuit.callSucceeded();
    }
  }

  private static boolean isAboutTheTier(Throwable cause) {
    return switch (cause) {
      // The outcome of one event.
      case DocumentWriteException failure -> failure.isOutage();
      // Back-pressure of this process.
      case NotSentException notSent -> false;
      default -> true;
    };
  }

  private void release(Admission admission) {
    // Only half-open calls hold a permit. Releasing the permit of a call that was admitted while
    // the circuit was closed would admit a second probe.
    if (admission == Admission.PROBE) {
      circuit.releaseProbe();
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
   * The status of the tier according to its last calls. After the open time the state is {@code
   * PROBING} even without a call: a gateway that is taken out of rotation because no tier is up
   * must be able to become ready without traffic.
   */
  public TierStatus status() {
    lock.lock();
    try {
      if (circuit.isClosed()) {
        return TierStatus.of(tier, State.UP);
      }
      State state = circuit.isProbing() ? State.PROBING : State.DOWN;
      return TierStatus.of(tier, state).since(circuit.openSince());
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
}
