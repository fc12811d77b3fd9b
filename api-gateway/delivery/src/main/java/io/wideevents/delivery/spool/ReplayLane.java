package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers a queue's events to a target in chunks, oldest first, and removes each event that the
 * target confirms. Used by one thread at a time.
 *
 * <p>An event that is not confirmed is skipped and retried in the next pass, so that one failing
 * event does not block the others. One chunk alone cannot show whether an event fails or the target
 * is down, and skipping during an outage would leave the oldest events for last. Therefore the
 * first success after failures restarts the pass from the oldest event, once per pass.
 */
final class ReplayLane {
  private static final Logger LOG = LoggerFactory.getLogger(ReplayLane.class);
  private static final int CHUNK_EVENTS = 500;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final Duration DEADLINE = Duration.ofSeconds(8);

  /** How long after its deadline an answer is still awaited. */
  private static final Duration GRACE = Duration.ofSeconds(2);

  @FunctionalInterface
  interface Target {
    CompletableFuture<List<DeliveryOutcome>> deliver(List<SpooledEvent> events, Deadline deadline);
  }

  /** Handles events that the target will never take. */
  @FunctionalInterface
  interface Refusals {
    /** Stores the rejections durably, all or none; returns how many were stored. */
    int settle(List<Refusal> refusals);
  }

  /**
   * A chunk that was sent to the target.
   *
   * @param expiresAt when waiting for the answer ends, on the lane's clock
   */
  record Delivery(
      List<SpooledEvent> chunk, CompletableFuture<List<DeliveryOutcome>> answer, long expiresAt) {

    /** One outcome per event; not confirmed while there is no answer. */
    private List<DeliveryOutcome> outcomes() {
      return switch (answer.state()) {
        case SUCCESS -> answer.resultNow();
        case FAILED -> notConfirmed(answer.exceptionNow());
        case CANCELLED, RUNNING ->
            notConfirmed(new TimeoutException("The target did not answer in time"));
      };
    }

    private List<DeliveryOutcome> notConfirmed(Throwable cause) {
      return Collections.nCopies(chunk.size(), new DeliveryOutcome.NotConfirmed(cause));
    }
  }

  /**
   * The result of one chunk.
   *
   * @param read events in the chunk; 0 at the end of a pass
   * @param delivered events that the target confirmed
   * @param refused rejected events that were handled
   */
  record Step(int read, int delivered, int refused) {
    static final Step END_OF_PASS = new Step(0, 0, 0);

    boolean isProgress() {
      return delivered + refused > 0;
    }
  }

  private final SpoolQueue queue;
  private final Target target;
  private final Refusals refusals;
  private final LongSupplier nanoTime;
  private SpoolPosition position = SpoolPosition.START;
  private boolean failing;
  private boolean startedOver;

  /**
   * @param nanoTime monotonic clock, as {@link System#nanoTime}
   */
  ReplayLane(SpoolQueue queue, Target target, Refusals refusals, LongSupplier nanoTime) {
    this.queue = queue;
    this.target = target;
    this.refusals = refusals;
    this.nanoTime = nanoTime;
  }

  /**
   * Reads the next chunk and sends it to the target. Blocks for the disk and not for the target.
   * Each delivery must be passed to {@link #conclude} before the next call.
   *
   * @return empty at the end of a pass; the next chunk then begins with the oldest event
   */
  Optional<Delivery> begin() {
    List<SpooledEvent> chunk = queue.read(position, CHUNK_EVENTS, CHUNK_BYTES);
    if (chunk.isEmpty()) {
      position = SpoolPosition.START;
      startedOver = false;
      return Optional.empty();
    }
    long now = nanoTime.getAsLong();
    Deadline deadline = Deadline.after(DEADLINE, nanoTime);
    return Optional.of(
        new Delivery(chunk, deliver(chunk, deadline), now + DEADLINE.plus(GRACE).toNanos()));
  }

  private CompletableFuture<List<DeliveryOutcome>> deliver(
      List<SpooledEvent> chunk, Deadline deadline) {
    try {
      return target.deliver(chunk, deadline);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Removes the confirmed events. A delivery without an answer confirms nothing. If the target
   * confirms it later, its events are delivered again, which is harmless.
   */
  Step conclude(Delivery delivery) {
    List<SpooledEvent> chunk = delivery.chunk();
    // Moves the position first, so that a chunk which cannot be concluded does not come back before
    // the others.
    position = chunk.getLast().next();
    Step step = settle(chunk, delivery.outcomes());
    boolean recovered = failing && step.isProgress();
    failing = !step.isProgress();
    if (recovered && !startedOver) {
      position = SpoolPosition.START;
      startedOver = true;
    }
    return step;
  }

  private Step settle(List<SpooledEvent> chunk, List<DeliveryOutcome> outcomes) {
    List<SpooledEvent> delivered = new ArrayList<>();
    List<Refusal> refused = new ArrayList<>();
    for (int i = 0; i < chunk.size(); i++) {
      SpooledEvent event = chunk.get(i);
      switch (outcomes.get(i)) {
        case DeliveryOutcome.Durable durable -> {
          // An event that was written to the spool again was not delivered.
          if (durable.tier() != Tier.SPOOL) {
            delivered.add(event);
          }
        }
        case DeliveryOutcome.Refused refusal ->
            refused.add(new Refusal(event, refusal.code(), refusal.message()));
        case DeliveryOutcome.NotConfirmed unknown ->
            undecodable(event, unknown.cause()).ifPresent(refused::add);
      }
    }
    queue.remove(delivered);
    return new Step(chunk.size(), delivered.size(), settle(refused));
  }

  /**
   * An event that cannot be decoded fails its whole chunk wherever documents are made. After this
   * event is set aside, the next attempt can succeed.
   */
  private static Optional<Refusal> undecodable(SpooledEvent event, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UndecodableEventException undecodable
          && undecodable.eventId().equals(event.id())) {
        return Optional.of(new Refusal(event, Frame.UNDECODABLE, undecodable.reason()));
      }
    }
    return Optional.empty();
  }

  private int settle(List<Refusal> refused) {
    try {
      return refused.isEmpty() ? 0 : refusals.settle(refused);
    } catch (UncheckedIOException e) {
      LOG.atWarn().setCause(e).log("Refused events stay among the pending ones for now");
      return 0;
    }
  }
}
