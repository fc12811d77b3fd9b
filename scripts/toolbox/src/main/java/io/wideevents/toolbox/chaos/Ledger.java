package io.wideevents.toolbox.chaos;

import java.util.BitSet;

/**
 * The outcomes of the events, by their index in the stream. Needs one bit per event, so that a run
 * of hours fits into memory. Once the load has ended, posted = acknowledged + refused + given up.
 * Safe for concurrent use.
 */
final class Ledger {
  private final BitSet acknowledged = new BitSet();
  private int posted;
  private int refused;
  private int givenUp;

  /** Records events that are about to be posted; returns the index of the first one. */
  synchronized int post(int events) {
    int first = posted;
    posted = Math.addExact(posted, events);
    return first;
  }

  synchronized void acknowledge(int place) {
    if (place >= posted) {
      throw new IllegalArgumentException(
          "Event %d was not posted yet (%d were)".formatted(place, posted));
    }
    acknowledged.set(place);
  }

  /** Records a rejected event. A repeated event may have been acknowledged at its first post. */
  synchronized void refuse(int place) {
    refused += acknowledged.get(place) ? 0 : 1;
  }

  /** Records an event without a final answer, unless it was acknowledged at its first post. */
  synchronized void giveUp(int place) {
    givenUp += acknowledged.get(place) ? 0 : 1;
  }

  synchronized boolean isAcknowledged(int place) {
    return acknowledged.get(place);
  }

  synchronized int posted() {
    return posted;
  }

  synchronized int acknowledged() {
    return acknowledged.cardinality();
  }

  synchronized int refused() {
    return refused;
  }

  synchronized int givenUp() {
    return givenUp;
  }
}
