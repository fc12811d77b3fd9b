package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Sends rejected events to the dead-letter topic, one call at a time, and acknowledges the events
 * that the topic stored. The replay finds the rejected events while it reads the segments.
 *
 * <p>Each call takes the rejected events behind those of the last call, so that events that the
 * topic does not store do not delay other events. The calls begin again with the oldest event when
 * a whole round of the replay has found no rejected event behind the last call.
 *
 * <p>Used by the thread of the replay, except for {@link #stored}.
 */
final class DeadLetterSending {
  private final SegmentLog segments;
  private final DeadLetterPort topic;
  private final ReplayPace pace;
  private final Runnable onAnswer;
  private final LongAdder stored = new LongAdder();

  private @Nullable ReplayDelivery inFlight;

  /** The last event of the last call. */
  private @Nullable SpooledEvent lastSent;

  /** Whether a call was possible since the begin of the round, and no event for it was found. */
  private boolean foundNothing;

  private long nextSend;
  private int failedInRow;
  private boolean ended;

  /**
   * @param onAnswer called on any thread when {@link #conclude} has work
   */
  DeadLetterSending(SegmentLog segments, DeadLetterPort topic, ReplayPace pace, Runnable onAnswer) {
    this.segments = segments;
    this.topic = topic;
    this.pace = pace;
    this.onAnswer = onAnswer;
    this.nextSend = pace.now();
  }

  /** Dead letters that the topic stored. */
  long stored() {
    return stored.sum();
  }

  /** Whether a call may begin now. */
  boolean isDue() {
    return !ended && inFlight == null && nextSend - pace.now() <= 0;
  }

  /**
   * Begins to look for rejected events in a part of a round.
   *
   * @param roundBegins whether it is the first part of the round
   * @return whether a call may begin now
   */
  boolean beginSearch(boolean roundBegins) {
    boolean due = isDue();
    foundNothing = due && (roundBegins || foundNothing);
    return due;
  }

  /** Whether a rejected event may be part of the next call. */
  boolean isNext(SpooledEvent rejected) {
    return SegmentLog.isBehind(rejected, lastSent);
  }

  void endRound() {
    if (foundNothing) {
      lastSent = null;
    }
  }

  /** Begins a call. Requires that {@link #isDue} is true. */
  void send(List<SpooledEvent> rejected) {
    lastSent = rejected.getLast();
    foundNothing = false;
    nextSend = pace.now() + pace.nanosFor(rejected.size());
    inFlight =
        ReplayDelivery.send(
            rejected, deadline -> topic.deadLetter(rejected, deadline), pace, onAnswer);
  }

  /** Nanoseconds until {@link #conclude} has work, if no answer arrives before. */
  long nanosUntilConclude() {
    return inFlight == null ? Long.MAX_VALUE : inFlight.nanosLeft(pace.now());
  }

  /** Acknowledges the events of an answered call. Blocks for the disk. */
  void conclude() {
    ReplayDelivery done = inFlight;
    if (done == null || nanosUntilConclude() > 0) {
      return;
    }
    inFlight = null;
    List<SpooledEvent> taken = new ArrayList<>();
    List<DeliveryOutcome> outcomes = done.outcomes();
    for (int i = 0; i < done.events().size(); i++) {
      if (outcomes.get(i) instanceof DeliveryOutcome.Durable) {
        taken.add(done.events().get(i));
      }
    }
    // Counted first: spool drain reads the counters when no event is left.
    stored.add(taken.size());
    segments.acknowledge(taken);
    failedInRow = taken.isEmpty() ? failedInRow + 1 : 0;
    if (taken.isEmpty()) {
      nextSend = pace.now() + pace.backoffNanos(failedInRow);
    }
  }

  /** Ends the pause after failures. The pauses of the rate limit stay. */
  void endBackoff() {
    if (failedInRow > 0) {
      nextSend = pace.now();
    }
  }

  /** Begins no call any more. The answer of a new call would arrive after the end of the replay. */
  void end() {
    ended = true;
  }
}
