package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.Tier;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Backoff;
import io.wideevents.time.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
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
 * <p>Rejected events are sent to the dead-letter topic beside the next chunks, at most one call at
 * a time. Used by one thread, except for {@link #wake} and {@link #stats}. Does not block for the
 * tiers.
 */
final class SegmentReplay {
  private static final Logger LOG = LoggerFactory.getLogger(SegmentReplay.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);
  private static final int CHUNK_EVENTS = 500;

  /** A chunk is complete when its events have this many bytes. */
  private static final int CHUNK_BYTES = 1 << 20;

  private static final Duration DEADLINE = Duration.ofSeconds(8);

  /** How long after its deadline an answer is still awaited. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  private static final Duration IDLE = Duration.ofMillis(250);

  /** How long a write to the open segment typically takes. */
  private static final Duration WRITE = Duration.ofMillis(10);

  /** Segments that delay the next seal while the tiers take events. */
  private static final int MOST_WAITED_FOR = 20;

  private final EventSpool spool;
  private final SegmentLog segments;
  private final LoggerPort tiers;
  private final DeadLetterPort deadLetters;
  private final int eventsPerSecond;
  private final Backoff backoff;
  private final LongSupplier nanoTime;
  private final Runnable onAnswer;
  private final LogThrottle failures = new LogThrottle(LOG_INTERVAL);
  private final AtomicBoolean awake = new AtomicBoolean();
  private final LongAdder replayed = new LongAdder();
  private final LongAdder setAside = new LongAdder();
  private final LongAdder deadLettered = new LongAdder();

  /** The segment that is read or was read last in this round. */
  private @Nullable Segment segment;

  private @Nullable SegmentPass pass;
  private @Nullable Delivery delivery;
  private long stepStart;
  private long nextStep;
  private int failedInRow;
  private boolean restarted;
  private long nextSeal;

  private @Nullable Delivery letters;

  /** The next dead letters begin behind this one. Otherwise those that fail would delay others. */
  private @Nullable SpooledEvent lastLetter;

  /** Whether dead letters were due since the begin of the round, and none was found. */
  private boolean foundNoLetters;

  private long nextLetters;
  private int lettersFailedInRow;

  /**
   * Events that were sent.
   *
   * @param expiresAt when waiting for the answer ends
   */
  private record Delivery(
      List<SpooledEvent> events, CompletableFuture<List<DeliveryOutcome>> answer, long expiresAt) {

    /** Nanoseconds until {@code expiresAt}; 0 when the answer has arrived. */
    long left(long now) {
      return answer.isDone() ? 0 : Math.max(0, expiresAt - now);
    }

    /** One outcome per event; not confirmed while there is no answer. */
    List<DeliveryOutcome> outcomes() {
      return switch (answer.state()) {
        case SUCCESS -> answer.resultNow();
        case FAILED -> notConfirmed(answer.exceptionNow());
        case CANCELLED, RUNNING ->
            notConfirmed(new TimeoutException("The target did not answer in time"));
      };
    }

    private List<DeliveryOutcome> notConfirmed(Throwable cause) {
      return Collections.nCopies(events.size(), new DeliveryOutcome.NotConfirmed(cause));
    }
  }

  /**
   * @param nanoTime monotonic clock, as {@link System#nanoTime}, also used for deadlines
   * @param onAnswer called on any thread when an answer has arrived, so that {@link #runOnce} has
   *     work at once
   */
  SegmentReplay(
      EventSpool spool,
      LoggerPort tiers,
      DeadLetterPort deadLetters,
      int eventsPerSecond,
      Backoff backoff,
      LongSupplier nanoTime,
      Runnable onAnswer) {
    this.spool = spool;
    this.segments = spool.segments();
    this.tiers = tiers;
    this.deadLetters = deadLetters;
    this.eventsPerSecond = eventsPerSecond;
    this.backoff = backoff;
    this.nanoTime = nanoTime;
    this.onAnswer = onAnswer;
    this.nextStep = nanoTime.getAsLong();
    this.nextLetters = nextStep;
    this.nextSeal = nextStep;
  }

  ReplayStats stats() {
    return new ReplayStats(replayed.sum(), setAside.sum(), deadLettered.sum());
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
    concludeLetters();
    long now = nanoTime.getAsLong();
    if (delivery == null && awake.getAndSet(false)) {
      endBackoffs(now);
    }
    if (delivery != null) {
      concludeDelivery();
    } else if (nextStep - now <= 0) {
      step(this::begin);
    }
    return pause();
  }

  /** Concludes what was answered, when the replay ends. Sends nothing. */
  void concludeAnswered() {
    // Concluding a delivery must not send its rejected events: their answer would arrive after the
    // end.
    nextLetters = nanoTime.getAsLong() + Duration.ofDays(365).toNanos();
    concludeLetters();
    concludeDelivery();
  }

  /** Ends the pauses after failures. The pauses of the rate limit stay. */
  private void endBackoffs(long now) {
    if (failedInRow > 0) {
      nextStep = now;
    }
    if (lettersFailedInRow > 0) {
      nextLetters = now;
    }
  }

  private long pause() {
    long now = nanoTime.getAsLong();
    if (delivery == null && awake.get()) {
      // Woken while the last delivery had no answer.
      return 0;
    }
    long pause = delivery == null ? Math.max(0, nextStep - now) : delivery.left(now);
    return letters == null ? pause : Math.min(pause, letters.left(now));
  }

  private void concludeDelivery() {
    Delivery done = delivery;
    if (done != null && done.left(nanoTime.getAsLong()) == 0) {
      delivery = null;
      step(() -> conclude(done));
    }
  }

  private void concludeLetters() {
    Delivery done = letters;
    if (done != null && done.left(nanoTime.getAsLong()) == 0) {
      letters = null;
      step(() -> concludeLetters(done));
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
    stepStart = nanoTime.getAsLong();
    boolean lettersDue = areLettersDue();
    foundNoLetters = lettersDue && (segment == null || foundNoLetters);
    List<SpooledEvent> chunk = new ArrayList<>();
    List<SpooledEvent> rejected = new ArrayList<>();
    long room = CHUNK_BYTES;
    while (room > 0
        && chunk.size() + rejected.size() < CHUNK_EVENTS
        && (pass != null || openNext(lettersDue))) {
      Optional<SpooledEvent> next = next();
      if (next.isPresent()) {
        SpooledEvent event = next.get();
        boolean hasReason = !event.refusalCode().isEmpty();
        boolean isRejected = hasReason || event.segment().isRejected(event);
        if (!isRejected || (lettersDue && SegmentLog.isBehind(event, lastLetter))) {
          // A tier gives the reason of a rejected event again that was not kept.
          (hasReason ? rejected : chunk).add(event);
          room -= event.retainedBytes();
        }
      }
    }
    if (!rejected.isEmpty()) {
      setAside.add(segments.reject(rejected));
      sendLetters(rejected);
    }
    if (!chunk.isEmpty()) {
      delivery = send(chunk, deadline -> tiers.log(List.copyOf(chunk), deadline));
    } else if (rejected.isEmpty()) {
      endRound();
    }
  }

  private boolean areLettersDue() {
    return letters == null && nextLetters - nanoTime.getAsLong() <= 0;
  }

  /** Opens the next segment that has something to send; false at the end of a round. */
  private boolean openNext(boolean lettersDue) {
    Optional<Segment> next = segments.sealedAfter(segment);
    while (next.isPresent() && !next.get().isWaiting(lettersDue)) {
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
    if (foundNoLetters) {
      lastLetter = null;
    }
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

  private interface Target {
    CompletableFuture<List<DeliveryOutcome>> send(Deadline deadline);
  }

  private Delivery send(List<SpooledEvent> events, Target target) {
    long expiresAt = nanoTime.getAsLong() + DEADLINE.plus(GRACE).toNanos();
    CompletableFuture<List<DeliveryOutcome>> answer;
    try {
      answer = target.send(Deadline.after(DEADLINE, nanoTime));
    } catch (RuntimeException | Error e) {
      answer = CompletableFuture.failedFuture(e);
    }
    var unused = answer.whenComplete((outcomes, failure) -> onAnswer.run());
    return new Delivery(events, answer, expiresAt);
  }

  /**
   * Acknowledges the delivered events. A delivery without an answer acknowledges no event. The
   * tiers may still store its events. The replay then delivers them a second time, which is
   * harmless.
   */
  private void conclude(Delivery done) {
    List<SpooledEvent> delivered = new ArrayList<>();
    List<SpooledEvent> rejected = new ArrayList<>();
    List<DeliveryOutcome> outcomes = done.outcomes();
    for (int i = 0; i < done.events.size(); i++) {
      SpooledEvent event = done.events.get(i);
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
    acknowledge(delivered);
    setAside.add(segments.reject(rejected));
    if (!rejected.isEmpty() && areLettersDue()) {
      sendLetters(rejected);
    }
    // A tier that rejects events is not down.
    boolean progress = !delivered.isEmpty() || !rejected.isEmpty();
    if (progress && failedInRow > 0 && !restarted) {
      segment = null;
      pass = null;
      restarted = true;
    }
    pauseAfter(done.events.size(), progress);
  }

  private void acknowledge(List<SpooledEvent> delivered) {
    delivered.forEach(event -> event.segment().acknowledge(event));
    delivered.stream().map(SpooledEvent::segment).distinct().forEach(segments::release);
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
    nextStep = stepStart + (progress ? atRate(events) : backoff.after(failedInRow).toNanos());
  }

  private long atRate(int events) {
    return events * 1_000_000_000L / eventsPerSecond;
  }

  private void sendLetters(List<SpooledEvent> rejected) {
    lastLetter = rejected.getLast();
    foundNoLetters = false;
    nextLetters = nanoTime.getAsLong() + atRate(rejected.size());
    letters = send(rejected, deadline -> deadLetters.deadLetter(rejected, deadline));
  }

  private void concludeLetters(Delivery done) {
    List<SpooledEvent> taken = new ArrayList<>();
    List<DeliveryOutcome> outcomes = done.outcomes();
    for (int i = 0; i < done.events.size(); i++) {
      if (outcomes.get(i) instanceof DeliveryOutcome.Durable) {
        taken.add(done.events.get(i));
      }
    }
    deadLettered.add(taken.size());
    acknowledge(taken);
    lettersFailedInRow = taken.isEmpty() ? lettersFailedInRow + 1 : 0;
    if (taken.isEmpty()) {
      nextLetters = nanoTime.getAsLong() + backoff.after(lettersFailedInRow).toNanos();
    }
  }
}
