package io.wideevents.gateway.spool;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.logging.Deadline;
import io.wideevents.logging.DeliveryOutcome;
import io.wideevents.logging.LoggerPort;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;

/**
 * The last tier: events are durable on this machine's disk and replayed later.
 *
 * <p>Returns at once, for encoding alone. The future completes on the spool's writer thread:
 * dependents must only hand the outcomes on. A call's events are stored all or none; a full spool
 * is {@code NotConfirmed} with a {@link SpoolRefusedException}, for the same events may be taken
 * later. Safe for concurrent use. Does not own the spool.
 */
public final class SpoolLogger implements LoggerPort {
  private final EventSpool spool;
  private final LongSupplier nanoTime;
  private final Timeouts timeouts;
  private volatile boolean closed;

  /** Answers a call whose deadline passes before the disk answers. */
  @FunctionalInterface
  public interface Timeouts {
    /**
     * Completes a future with {@code late} unless it completes within a time.
     *
     * @return the same future
     */
    CompletableFuture<DeliveryOutcome> limit(
        CompletableFuture<DeliveryOutcome> answer, DeliveryOutcome late, long nanos);
  }

  public SpoolLogger(EventSpool spool) {
    this(
        spool,
        System::nanoTime,
        (answer, late, nanos) -> answer.completeOnTimeout(late, nanos, TimeUnit.NANOSECONDS));
  }

  /**
   * With a clock of the caller's.
   *
   * @param nanoTime the clock that deadlines are given on
   */
  public SpoolLogger(EventSpool spool, LongSupplier nanoTime, Timeouts timeouts) {
    this.spool = spool;
    this.nanoTime = nanoTime;
    this.timeouts = timeouts;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    long nanosLeft = deadline.nanoTime() - nanoTime.getAsLong();
    if (closed || nanosLeft <= 0) {
      String why = closed ? "The spool tier is closed" : "No time was left for the spool";
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), notConfirmed(new IllegalStateException(why))));
    }
    DeliveryOutcome late =
        notConfirmed(new TimeoutException("The spool's disk did not answer by the deadline"));
    CompletableFuture<DeliveryOutcome> answer =
        spool.append(events).thenApply(SpoolLogger::outcome);
    return timeouts
        .limit(answer, late, nanosLeft)
        .thenApply(outcome -> Collections.nCopies(events.size(), outcome));
  }

  private static DeliveryOutcome outcome(SpoolOutcome outcome) {
    return switch (outcome) {
      case SpoolOutcome.Spooled spooled -> new DeliveryOutcome.Durable(Tier.SPOOL);
      case SpoolOutcome.Refused refused -> notConfirmed(new SpoolRefusedException(refused));
      case SpoolOutcome.Failed failed -> notConfirmed(failed.cause());
    };
  }

  private static DeliveryOutcome notConfirmed(Throwable cause) {
    return new DeliveryOutcome.NotConfirmed(cause);
  }

  /** Confirms nothing from now on; the spool itself stays open. */
  @Override
  public void close() {
    closed = true;
  }
}
