package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers the sealed segments in rounds, oldest first, one chunk at a time. An event that is not
 * acknowledged is skipped and sent again in the next round, so that it does not delay other events.
 * A segment is released when all its events are acknowledged.
 *
 * <p>A failed chunk does not show whether one event fails or the tiers are down. Skipping events
 * during an outage would deliver the oldest events last. Therefore the first success after failures
 * restarts the round from the oldest event, once per round.
 *
 * <p>Rejected events are sent to the dead-letter topic beside the next chunks. Used by one thread,
 * except for {@link #wake} and {@link #stats}. Does not block for the tiers.
 */
final class SegmentReplay {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentReplay.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final int CHUNK_EVENTS = 500;

  /** A chunk is complete when its events have this many bytes. */
  private static final int CHUNK_BYTES = 1 << 20;

  private static final Duration IDLE = Duration.ofMillis(250);

  /** How long a write to the open segment typically takes. */
  private static final Duration WRITE = Duration.ofMillis(10);

  /** Segments that delay the next seal while the tiers take events. */
  private static final int MOST_WAITED_FOR = 20;

  private final EventSpool spool;
  private final SegmentLog segments;
  private final LoggerPort tiers;
  private final DeadLetterSending deadLetters;
  private final ReplayPace pace;
  private final Runnable onAnswer;
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final AtomicBoolean awake = new AtomicBoolean();
  private final LongAdder replayed = new LongAdder();
  private final LongAdder setAside = new LongAdder();

  /** The segment that is read or was read last in this round. */
  private @Nullable Segment segment;

  private @Nullable SegmentPass pass;
  private @Nullable ReplayDelivery delivery;
  private long stepStart;
  private long nextStep;
  private int failedInRow;
  private boolean restarted;
  private long nextSeal;

  /**
   * @param onAnswer called on any thread when an answer has arrived, so that {@link #runOnce} has
   *     work at once
   */
  SegmentReplay(
      EventSpool spool,
      LoggerPort tiers,
      DeadLetterPort topic,
      ReplayPace pace,
      Runnable onAnswer) {
    this.spool = spool;
    this.segments = spool.segments();
    this.tiers = tiers;
    this.deadLetters = new DeadLetterSending(segments, topic, pace, onAnswer);
    this.pace = pace;
    this.onAnswer = onAnswer;
    this.nextStep = pace.now();
    this.nextSeal = nextStep;
  }

  ReplayStats stats() {
    return new ReplayStats(replayed.sum(), setAside.sum(), deadLetters.stored());
  }

  /** Ends the current backoff. */
  void wake() {
    awake.set(true);
    onAnswer.run();
  }

  /**
   * Does the due work: concludes answered deliveries, or sends the next chunk. Blocks for the disk.
   *
   * @return nanoseconds until the next work
   */
  long runOnce() {
    step(deadLetters::conclude);
    if (delivery == null && awake.getAndSet(false)) {
      endBackoffs();
    }
    if (delivery != null) {
      concludeDelivery();
    } else if (nextStep - pace.now() <= 0) {
      step(this::begin);
    }
    return Math.min(nanosUntilStep(), deadLetters.nanosUntilConclude());
  }

  /** Concludes what was answered, when the replay ends. Sends nothing. */
  void concludeAnswered() {
    deadLetters.end();
    step(deadLetters::conclude);
    concludeDelivery();
  }

  /** Ends the pauses after failures. The pauses of the rate limit stay. */
  private void endBackoffs() {
    if (failedInRow > 0) {
      nextStep = pace.now();
    }
    deadLetters.endBackoff();
  }

  private long nanosUntilStep() {
    if (delivery != null) {
      return delivery.nanosLeft(pace.now());
    }
    // Zero if woken while the last delivery had no answer.
    return awake.get() ? 0 : Math.max(0, nextStep - pace.now());
  }

  private void concludeDelivery() {
    ReplayDelivery done = delivery;
    if (done != null && done.nanosLeft(pace.now()) == 0) {
      delivery = null;
      step(() -> conclude(done));
    }
  }

  /** Runs a step. A bug, a failing disk or a lack of memory must not end the replay. */
  private void step(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      failures.show(
          notShown ->
              LOG.atError()
                  .addKeyValue("notShown", notShown)
                  .setCause(e)
                  .log("Replay failed; it continues"));
      // Continues with the next segment, because this one may be the cause.
      pass = null;
      pauseAfter(0, false);
    }
  }

  private void begin() {
    stepStart = pace.now();
    boolean deadLettersDue = deadLetters.beginSearch(segment == null);
    List<SpooledEvent> chunk = new ArrayList<>();
    List<SpooledEvent> rejected = new ArrayList<>();
    long room = CHUNK_BYTES;
    while (room > 0
        && chunk.size() + rejected.size() < CHUNK_EVENTS
        && (pass != null || openNext(deadLettersDue))) {
      Optional<SpooledEvent> next = next();
      if (next.isPresent()) {
        SpooledEvent event = next.get();
        boolean hasReason = !event.refusalCode().isEmpty();
        boolean isRejected = hasReason || event.segment().isRejected(event);
        if (!isRejected || (deadLettersDue && deadLetters.isNext(event))) {
          // A tier gives the reason of a rejected event again that was not kept.
          (hasReason ? rejected : chunk).add(event);
          room -= event.retainedBytes();
        }
      }
    }
    if (!rejected.isEmpty()) {
      setAside.add(segments.reject(rejected));
      deadLetters.send(rejected);
    }
    if (!chunk.isEmpty()) {
      delivery =
          ReplayDelivery.send(
              chunk, deadline -> tiers.log(List.copyOf(chunk), deadline), pace, onAnswer);
    } else if (rejected.isEmpty()) {
      endRound();
    }
  }

  /** Opens the next segment that has something to send; false at the end of a round. */
  private boolean openNext(boolean deadLettersDue) {
    Optional<Segment> next = segments.sealedAfter(segment);
    while (next.isPresent() && !next.get().isWaiting(deadLettersDue)) {
      segments.release(next.get());
      next = segments.sealedAfter(next.get());
    }
    if (next.isEmpty()) {
      return false;
    }
    segment = next.get();
    pass = spool.read(next.get());
    return true;
  }

  /** The next event of the open segment; empty at its end. */
  private Optional<SpooledEvent> next() {
    Segment from = Objects.requireNonNull(segment);
    try {
      Optional<SpooledEvent> next = Objects.requireNonNull(pass).next();
      if (next.isEmpty()) {
        pass = null;
        segments.release(from);
      }
      return next;
    } catch (IOException e) {
      pass = null;
      segments.readFailed(from, e);
      return Optional.empty();
    }
  }

  /**
   * Ends a round. Seals the open segment, so that its events are replayed in the next round. The
   * more segments wait, the longer events are collected in the open one, so that an outage does not
   * make many small files. While the tiers take events, the segments that rejected events keep
   * delay new events by a few seconds at most.
   */
  private void endRound() {
    segment = null;
    restarted = false;
    deadLetters.endRound();
    long pause = Math.min(IDLE.toNanos(), nextSeal - stepStart);
    if (pause <= 0) {
      int waiting = segments.sealedCount();
      int segmentsWaitedFor = failedInRow > 0 ? waiting : Math.min(waiting, MOST_WAITED_FOR);
      nextSeal = stepStart + IDLE.toNanos() * (1 + segmentsWaitedFor);
      // If the writer is at work, it seals the segment after its write.
      pause = segments.seal() ? 0 : WRITE.toNanos();
    }
    nextStep = stepStart + pause;
  }

  /**
   * Acknowledges the delivered events. A delivery without an answer acknowledges no event. The
   * tiers may still store its events. The replay then delivers them a second time, which is
   * harmless.
   */
  private void conclude(ReplayDelivery done) {
    List<SpooledEvent> delivered = new ArrayList<>();
    List<SpooledEvent> rejected = new ArrayList<>();
    List<DeliveryOutcome> outcomes = done.outcomes();
    for (int i = 0; i < done.events().size(); i++) {
      SpooledEvent event = done.events().get(i);
      switch (outcomes.get(i)) {
        case DeliveryOutcome.Durable durable -> {
          // An event that was written to the spool again was not delivered.
          if (durable.tier() != Tier.SPOOL) {
            delivered.add(event);
          }
        }
        case DeliveryOutcome.Refused refused ->
            rejected.add(event.rejected(refused.code(), refused.message()));
        case DeliveryOutcome.NotConfirmed unknown ->
            undecodable(event, unknown.cause()).ifPresent(rejected::add);
      }
    }
    // Counted first: spool drain reads the counters when no event is left.
    replayed.add(delivered.size());
    segments.acknowledge(delivered);
    setAside.add(segments.reject(rejected));
    if (!rejected.isEmpty() && deadLetters.isDue()) {
      deadLetters.send(rejected);
    }
    // A tier that rejects events is not down.
    boolean progress = !delivered.isEmpty() || !rejected.isEmpty();
    if (progress && failedInRow > 0 && !restarted) {
      segment = null;
      pass = null;
      restarted = true;
    }
    pauseAfter(done.events().size(), progress);
  }

  /**
   * The event as a rejected one if it could not be decoded; otherwise empty. Such an event makes
   * its whole chunk fail. It is not sent to the tiers again, so that the next attempt can deliver
   * the other events.
   */
  private static Optional<SpooledEvent> undecodable(SpooledEvent event, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UndecodableEventException undecodable
          && undecodable.eventId().equals(event.id())) {
        return Optional.of(event.rejected(Frame.UNDECODABLE, undecodable.reason()));
      }
    }
    return Optional.empty();
  }

  private void pauseAfter(int events, boolean progress) {
    failedInRow = progress ? 0 : failedInRow + 1;
    nextStep = stepStart + (progress ? pace.nanosFor(events) : pace.backoffNanos(failedInRow));
  }
}
