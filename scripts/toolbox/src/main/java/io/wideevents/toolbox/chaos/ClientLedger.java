package io.wideevents.toolbox.chaos;

import java.util.BitSet;

/**
 * The outcomes of one client's events, by their index in the client's stream. One bit per event, so
 * that hours of a run fit into memory. Once the client has finished, posted = acknowledged +
 * refused + given up. Used by one thread at a time.
 */
final class ClientLedger {
  private final BitSet acknowledged = new BitSet();
  private int posted;
  private int refused;
  private int givenUp;

  /** Records events that are about to be posted; returns the index of the first one. */
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
