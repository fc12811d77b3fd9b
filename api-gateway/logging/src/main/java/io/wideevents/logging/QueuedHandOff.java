package io.wideevents.logging;

import io.wideevents.codec.FieldRules;
import io.wideevents.delivery.DeliveryOutcome;
import io.wideevents.delivery.LoggerPort;
import io.wideevents.log.LogThrottle;
import io.wideevents.time.Deadline;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers events through two bounded queues: one to the tiers, and one to the spool. The second
 * queue receives the events that the first one rejects and those that no tier acknowledges. If the
 * second queue is full as well, or there is no spool, events are dropped, counted and logged.
 *
 * <p>Safe for concurrent use; {@link #take} never blocks.
 */
final class QueuedHandOff implements EventHandOff {
  private static final Logger log = LoggerFactory.getLogger(LoggingService.class);
  private static final Duration LOG_INTERVAL = Duration.ofSeconds(10);

  /**
   * The tiers get this fraction of the close timeout, for deliveries that are about to complete.
   * The fraction is small, because the spool must write the remaining events within the timeout.
   */
  private static final int TIERS_PART = 8;

  private final LoggingSettings settings;
  private final LoggingCounters counters;
  private final DeliveryQueue tiers;

  /** Null without a spool. */
  private final @Nullable DeliveryQueue overflow;

  private final LogThrottle droppedThrottle = new LogThrottle(LOG_INTERVAL);
  private final LogThrottle overflowThrottle = new LogThrottle(LOG_INTERVAL);
  private volatile boolean closed;

  QueuedHandOff(
      LoggingSettings settings,
      FieldRules rules,
      LoggingCounters counters,
      LoggerPort delivery,
      @Nullable LoggerPort spool) {
    this.settings = settings;
    this.counters = counters;
    this.tiers =
        new DeliveryQueue(
            "logging-delivery",
            settings.queueBytes(),
            delivery,
            settings.deliveryTimeout(),
            new EventFinalizer(settings.service(), settings.sampling(), rules, counters),
            this::completedByTiers);
    this.overflow =
        spool == null
            ? null
            : new DeliveryQueue(
                "logging-overflow",
                settings.overflowBytes(),
                spool,
                settings.deliveryTimeout(),
                new EventFinalizer(settings.service(), settings.sampling(), rules, counters),
                this::completedBySpool);
    tiers.start();
    try {
      if (overflow != null) {
        overflow.start();
      }
    } catch (Throwable e) {
      // The second thread could not be started. Stop the first one.
      var unused = tiers.close(Deadline.after(Duration.ZERO));
      throw e;
    }
  }

  @Override
  public void take(FinalizedRequest request) {
    take(new Pending.Raw(request));
  }

  void take(Pending pending) {
    if (!tiers.offer(pending)) {
      if (closed) {
        toSpool(pending, DropReason.CLOSED, "closing");
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
    return tiers.pendingBytes() + (overflow == null ? 0 : overflow.pendingBytes());
  }

  @Override
  public void close() {
    close(Set.of());
  }

  /**
   * Closes the queues, and spools the events without an outcome: events queued for the tiers,
   * events in flight to the tiers, and {@code others}. A tier may still acknowledge an event that
   * is spooled as well. That is harmless, because both copies have the same id. Without a spool the
   * tiers get the whole close timeout.
   *
   * @param others further events without an outcome
   */
  void close(Set<Pending.Encoded> others) {
    closed = true;
    Deadline end = Deadline.after(settings.closeTimeout());
    Deadline tiersEnd =
        overflow == null ? end : Deadline.after(settings.closeTimeout().dividedBy(TIERS_PART));
    List<Pending> left = tiers.close(tiersEnd);
    left.forEach(pending -> toSpoolAtClose(pending, end));
    tiers.takeOver(end).forEach(pending -> toSpoolAtClose(pending, end));
    others.stream()
        .filter(Pending.Encoded::deliverAlso)
        .forEach(event -> toSpoolAtClose(event, end));
    if (overflow != null) {
      overflow.close(end).forEach(pending -> drop(pending, DropReason.CLOSED));
    }
  }

  @Override
  public long countLost() {
    long lost =
        Stream.concat(
                tiers.withoutOutcome().stream(),
                overflow == null ? Stream.empty() : overflow.withoutOutcome().stream())
            .filter(Pending.Encoded::complete)
            .count();
    counters.dropped(DropReason.NOT_CONFIRMED, lost);
    return lost;
  }

  private void completedByTiers(Pending.Encoded event, DeliveryOutcome outcome) {
    if (!isFinal(event, outcome) && event.unconfirmed()) {
      toSpool(event, DropReason.NOT_CONFIRMED, "no tier confirmed");
    }
  }

  private void completedBySpool(Pending.Encoded event, DeliveryOutcome outcome) {
    if (!isFinal(event, outcome)) {
      drop(event, DropReason.NOT_CONFIRMED);
    }
  }

  /** Counts an outcome that ends the event; returns false if the event needs another delivery. */
  private boolean isFinal(Pending.Encoded event, DeliveryOutcome outcome) {
    return switch (outcome) {
      case DeliveryOutcome.Durable durable -> {
        durable(event, durable);
        yield true;
      }
      case DeliveryOutcome.Refused refused -> {
        if (event.complete()) {
          countDropped(DropReason.REFUSED);
        }
        yield true;
      }
      case DeliveryOutcome.NotConfirmed notConfirmed -> false;
    };
  }

  /** Counts an event that is durable, unless another delivery completed it first. */
  void durable(Pending.Encoded event, DeliveryOutcome.Durable durable) {
    if (event.complete()) {
      counters.durable(durable.tier(), System.nanoTime() - event.finalizedAtNanos());
    }
  }

  private void toSpool(Pending pending, DropReason otherwise, String why) {
    if (overflow != null && overflow.offer(pending)) {
      overflowed(why);
    } else {
      drop(pending, otherwise);
    }
  }

  private void toSpoolAtClose(Pending pending, Deadline end) {
    if (overflow != null && overflow.put(pending, end)) {
      overflowed("closing");
    } else {
      drop(pending, DropReason.CLOSED);
    }
  }

  private void overflowed(String why) {
    counters.overflowed.increment();
    overflowThrottle.show(
        notShown ->
            log.atWarn()
                .addKeyValue("reason", why)
                .addKeyValue("notShown", notShown)
                .log("Events of this process were queued for the spool"));
  }

  /** Counts an event as lost, unless another delivery may still acknowledge it. */
  private void drop(Pending pending, DropReason reason) {
    boolean lost =
        switch (pending) {
          case Pending.Raw raw -> true;
          case Pending.Encoded event -> event.unconfirmed() && event.complete();
        };
    if (lost) {
      countDropped(reason);
    }
  }

  private void countDropped(DropReason reason) {
    counters.dropped(reason, 1);
    droppedThrottle.show(
        notShown ->
            log.atError()
                .addKeyValue("reason", reason.label())
                .addKeyValue("notShown", notShown)
                .log("Events of this process were dropped"));
  }
}
