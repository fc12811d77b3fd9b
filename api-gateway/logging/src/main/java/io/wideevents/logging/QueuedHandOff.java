package io.wideevents.logging;

import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands events off without waiting: into a bounded queue to the tiers, from there, when it is full
 * or no tier confirms, into a second bounded queue to the spool, and only when that is full too
 * into nothing, counted and logged.
 *
 * <p>Safe for concurrent use; {@link #take} never blocks.
 */
final class QueuedHandOff implements EventHandOff {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  private final LoggingSettings settings;
  private final LoggingCounters counters;
  private final DeliveryLane tiers;
  private final DeliveryLane overflow;
  private final LogThrottle droppedThrottle = new LogThrottle(LOG_INTERVAL);
  private final LogThrottle overflowThrottle = new LogThrottle(LOG_INTERVAL);
  private volatile boolean closed;

  QueuedHandOff(
      LoggingSettings settings,
      FieldRules rules,
      LoggingCounters counters,
      LoggerPort delivery,
      LoggerPort spool) {
    this.settings = settings;
    this.counters = counters;
    this.tiers =
        new DeliveryLane(
            "logging-delivery",
            delivery,
            settings,
            settings.queueBytes(),
            new EventFinalizer(settings.service(), settings.sampling(), rules, counters),
            this::answeredByTiers);
    this.overflow =
        new DeliveryLane(
            "logging-overflow",
            spool,
            settings,
            settings.overflowBytes(),
            new EventFinalizer(settings.service(), settings.sampling(), rules, counters),
            this::answeredBySpool);
    tiers.start();
    overflow.start();
  }

  @Override
  public void take(FinalizedRequest request) {
    take(new Pending.Raw(request));
  }

  void take(Pending pending) {
    if (!tiers.offer(pending)) {
      if (closed) {
        drop(DropReason.CLOSED, 1);
      } else {
        toSpool(pending, DropReason.QUEUES_FULL, "queue full");
      }
    }
  }

  @Override
  public boolean waits() {
    return false;
  }

  @Override
  public long queuedBytes() {
    return tiers.heldBytes() + overflow.heldBytes();
  }

  @Override
  public long close() {
    closed = true;
    Deadline end = Deadline.after(settings.closeTimeout());
    // Most of the time is the tiers'; what they leave needs one sync of the spool's disk.
    Deadline forTiers = Deadline.after(settings.closeTimeout().multipliedBy(3).dividedBy(4));
    tiers.close(forTiers).forEach(pending -> toSpool(pending, DropReason.CLOSED, "closing"));
    int lost = overflow.close(end).size();
    if (lost > 0) {
      drop(DropReason.CLOSED, lost);
    }
    return tiers.heldEvents() + overflow.heldEvents();
  }

  private void answeredByTiers(Pending.Encoded event, DeliveryOutcome outcome) {
    switch (outcome) {
      case DeliveryOutcome.Durable durable -> durable(event, durable);
      case DeliveryOutcome.Refused refused -> drop(DropReason.REFUSED, 1);
      case DeliveryOutcome.NotConfirmed notConfirmed ->
          toSpool(event, DropReason.NOT_CONFIRMED, "no tier confirmed");
    }
  }

  private void answeredBySpool(Pending.Encoded event, DeliveryOutcome outcome) {
    switch (outcome) {
      case DeliveryOutcome.Durable durable -> durable(event, durable);
      case DeliveryOutcome.Refused refused -> drop(DropReason.REFUSED, 1);
      case DeliveryOutcome.NotConfirmed notConfirmed -> drop(DropReason.NOT_CONFIRMED, 1);
    }
  }

  private void durable(Pending.Encoded event, DeliveryOutcome.Durable durable) {
    counters.durable(durable.tier(), System.nanoTime() - event.finalizedAtNanos());
  }

  private void toSpool(Pending pending, DropReason otherwise, String why) {
    if (overflow.offer(pending)) {
      counters.overflowed.increment();
      overflowThrottle.show(
          heldBack ->
              log.atWarn()
                  .addKeyValue("reason", why)
                  .addKeyValue("notShown", heldBack)
                  .log("Events of this process took the way to the spool"));
    } else {
      drop(otherwise, 1);
    }
  }

  private void drop(DropReason reason, long events) {
    counters.dropped(reason, events);
    droppedThrottle.show(
        heldBack ->
            log.atError()
                .addKeyValue("reason", reason.label())
                .addKeyValue("notShown", heldBack)
                .log("Events of this process were dropped"));
  }
}
