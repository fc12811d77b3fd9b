package io.wideevents.logging;

import io.wideevents.event.EncodedEvent;

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

  /** An event. */
  record Encoded(EncodedEvent event, long finalizedAtNanos) implements Pending {
    @Override
    public int retainedBytes() {
      return event.retainedBytes();
    }
  }
}
