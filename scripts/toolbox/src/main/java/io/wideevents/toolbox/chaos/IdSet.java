package io.wideevents.toolbox.chaos;

import java.util.UUID;

/**
 * A set of ids at 16 bytes a place: millions of them fit where a {@code Set<UUID>} would not. Not
 * safe for concurrent use.
 */
final class IdSet {
  private static final int FIRST_PLACES = 1 << 10;

  // The nil UUID, which is no event's id, marks a free place.
  private long[] places = new long[2 * FIRST_PLACES];
  private int size;

  /**
   * Adds an id.
   *
   * @return false if it was there already
   */
  boolean add(UUID id) {
    int place = place(id.getMostSignificantBits(), id.getLeastSignificantBits());
    if (isTaken(place)) {
      return false;
    }
    places[place] = id.getMostSignificantBits();
    places[place + 1] = id.getLeastSignificantBits();
    size++;
    if (size * 4L > places.length) {
      grow();
    }
    return true;
  }

  boolean contains(UUID id) {
    return isTaken(place(id.getMostSignificantBits(), id.getLeastSignificantBits()));
  }

  int size() {
    return size;
  }

  private boolean isTaken(int place) {
    return places[place] != 0 || places[place + 1] != 0;
  }

  // Where the id is, or would be.
  private int place(long high, long low) {
    long mixed = (high ^ Long.rotateLeft(low, 32)) * 0x9E37_79B9_7F4A_7C15L;
    int place = (int) (mixed >>> 33) * 2 & places.length - 1;
    while (isTaken(place) && (places[place] != high || places[place + 1] != low)) {
      place = place + 2 & places.length - 1;
    }
    return place;
  }

  private void grow() {
    long[] old = places;
    places = new long[Math.multiplyExact(old.length, 2)];
    for (int i = 0; i < old.length; i += 2) {
      if (old[i] != 0 || old[i + 1] != 0) {
        int place = place(old[i], old[i + 1]);
        places[place] = old[i];
        places[place + 1] = old[i + 1];
      }
    }
  }
}
