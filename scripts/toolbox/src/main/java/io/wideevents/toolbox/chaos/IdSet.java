package io.wideevents.toolbox.chaos;

import java.util.UUID;

/**
 * A set of ids with 16 bytes per slot: holds millions of ids for which a {@code Set<UUID>} would
 * need too much memory. Not safe for concurrent use.
 */
final class IdSet {
  private static final int FIRST_PLACES = 1 << 10;

  // The nil UUID, which is not an id of any event, marks a free slot.
  private long[] places = new long[2 * FIRST_PLACES];
  private int size;

  /**
   * Adds an id.
   *
   * @return false if the set already contained it
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

  // The slot of an id, or the free slot where it belongs.
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
