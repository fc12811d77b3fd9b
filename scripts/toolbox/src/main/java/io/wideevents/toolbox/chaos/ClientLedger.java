package io.wideevents.toolbox.chaos;

import java.util.BitSet;

/**
 * What became of one client's events, which are known by their place in its stream: one bit each,
 * so that hours of a run fit into memory. Posted = acknowledged + refused + given up, once the
 * client has finished. Used by one thread at a time.
 */
final class ClientLedger {
  private final BitSet acknowledged = new BitSet();
  private int posted;
  private int refused;
  private int givenUp;

  /** Notes events that are about to be posted; returns the place of the first one. */
  int post(int events) {
    int first = posted;
    posted = Math.addExact(posted, events);
    return first;
  }

  void acknowledge(int place) {
    if (place >= posted) {
      throw new IllegalArgumentException(
          "Event %d was not posted yet (%d were)".formatted(place, posted));
    }
    acknowledged.set(place);
  }

  void refuse(int events) {
    refused += events;
  }

  void giveUp(int events) {
    givenUp += events;
  }

  boolean isAcknowledged(int place) {
    return acknowledged.get(place);
  }

  int posted() {
    return posted;
  }

  int acknowledged() {
    return acknowledged.cardinality();
  }

  int refused() {
    return refused;
  }

  int givenUp() {
    return givenUp;
  }
}
