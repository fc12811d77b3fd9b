package io.wideevents.logging;

import io.wideevents.event.EncodedEvent;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An element of a {@link DeliveryQueue}: a request whose event is not encoded yet, or an event that
 * another queue's thread has encoded.
 */
sealed interface Pending {
  /** Approximate number of bytes of memory that the element keeps reachable. */
  int retainedBytes();

  /** End of the request in {@code System.nanoTime}. */
  long finalizedAtNanos();

  /** An ended request whose event is not composed yet. */
  record Raw(FinalizedRequest request) implements Pending {
    @Override
    public int retainedBytes() {
      return request.fields().retainedBytes();
    }

    @Override
    public long finalizedAtNanos() {
      return request.finalizedAtNanos();
    }
  }

  /**
   * An encoded event, with the number of its deliveries in flight. While the service closes there
   * may be two: to the tiers and to the spool. The first final outcome is counted. The event is
   * lost only if no delivery acknowledges it. Safe for concurrent use.
   */
  final class Encoded implements Pending {
    private static final int COMPLETED = -1;

    private final EncodedEvent event;
    private final long finalizedAtNanos;
    private final AtomicInteger deliveries = new AtomicInteger(1);

    Encoded(EncodedEvent event, long finalizedAtNanos) {
      this.event = event;
      this.finalizedAtNanos = finalizedAtNanos;
    }

    EncodedEvent event() {
      return event;
    }

    /** Begins a second delivery in parallel; returns false if the event is completed. */
    boolean deliverAlso() {
      return deliveries.getAndUpdate(count -> count > 0 ? count + 1 : count) > 0;
    }

    /**
     * Ends a delivery that did not acknowledge the event.
     *
     * @return whether no other delivery is in flight: the caller must deliver the event again, or
     *     {@link #complete} it
     */
    boolean unconfirmed() {
      return deliveries.getAndUpdate(count -> count > 1 ? count - 1 : count) == 1;
    }

    /** Completes the event; returns whether this call was the first. */
    boolean complete() {
      return deliveries.getAndSet(COMPLETED) != COMPLETED;
    }

    @Override
    public int retainedBytes() {
      return event.retainedBytes();
    }

    @Override
    public long finalizedAtNanos() {
      return finalizedAtNanos;
    }
  }
}
