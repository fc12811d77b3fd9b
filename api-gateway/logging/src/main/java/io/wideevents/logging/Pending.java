package io.wideevents.logging;

import io.wideevents.event.EncodedEvent;
import java.util.concurrent.atomic.AtomicInteger;

/** What waits in a lane: not encoded yet, or left over by another lane that did encode it. */
sealed interface Pending {
  /** Memory it keeps alive, about. */
  int retainedBytes();

  /** When its request ended, on the monotonic clock. */
  long finalizedAtNanos();

  /** A request that has ended, its event still to be composed. */
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
   * An event, with the number of its deliveries that have no answer. While the service closes there
   * may be two, to the tiers and to the spool. The first answer that decides is counted, and an
   * event is lost only if no delivery confirms it. Safe for concurrent use.
   */
  final class Encoded implements Pending {
    private static final int SETTLED = -1;

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

    /** Begins a delivery beside the one under way; false if the event is settled. */
    boolean deliverAlso() {
      return deliveries.getAndUpdate(count -> count > 0 ? count + 1 : count) > 0;
    }

    /**
     * Ends a delivery that did not confirm the event.
     *
     * @return whether there is no other: the caller must deliver the event otherwise, or settle it
     */
    boolean unconfirmed() {
      return deliveries.getAndUpdate(count -> count > 1 ? count - 1 : count) == 1;
    }

    /** Whether this call is the first one to settle what became of the event. */
    boolean settle() {
      return deliveries.getAndSet(SETTLED) != SETTLED;
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
