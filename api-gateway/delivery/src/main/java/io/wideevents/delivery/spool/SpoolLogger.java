package io.wideevents.delivery.spool;

import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.event.EncodedEvent;
import io.wideevents.event.Tier;
import io.wideevents.time.Deadline;
import io.wideevents.time.Timing;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/**
 * The last tier: makes events durable on this machine's disk, from where they are replayed later.
 *
 * <p>Only encodes on the caller's thread and does not block. The future completes on the spool's
 * writer thread, which dependents must not block. All events of a call are stored or none. A full
 * spool gives {@code NotConfirmed} with a {@link SpoolRefusedException}, because the same events
 * may be accepted later. Safe for concurrent use. Does not own the spool.
 */
public final class SpoolLogger implements LoggerPort {
  private final EventSpool spool;
  private final Timing timing;
  private volatile boolean closed;

  /** Uses the system clocks and timers. */
  public SpoolLogger(EventSpool spool) {
    this(spool, Timing.system());
  }

  public SpoolLogger(EventSpool spool, Timing timing) {
    this.spool = spool;
    this.timing = timing;
  }

  @Override
  public CompletableFuture<List<DeliveryOutcome>> log(
      List<EncodedEvent> events, Deadline deadline) {
    Duration left = deadline.remaining();
    if (closed || left.isZero()) {
      String why = closed ? "The spool tier is closed" : "No time was left for the spool";
      return CompletableFuture.completedFuture(
          Collections.nCopies(events.size(), notConfirmed(new IllegalStateException(why))));
    }
    DeliveryOutcome late =
        notConfirmed(new TimeoutException("The spool's disk did not answer by the deadline"));
    CompletableFuture<DeliveryOutcome> answer = append(events);
    return timing
        .completeOnTimeout(answer, late, left)
        .thenApply(outcome -> Collections.nCopies(events.size(), outcome));
  }

  /** An exception of the spool, for example for lack of memory, counts as not confirmed. */
  private CompletableFuture<DeliveryOutcome> append(List<EncodedEvent> events) {
    try {
      return spool.append(events).thenApply(SpoolLogger::outcome);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.completedFuture(notConfirmed(e));
    }
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

  /** Later calls get {@code NotConfirmed}; the spool stays open. */
  @Override
  public void close() {
    closed = true;
  }
}
