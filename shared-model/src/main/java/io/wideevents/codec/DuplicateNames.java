package io.wideevents.codec;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds names that occur twice in one object. One table serves all objects of an event, so that no
 * set is created per object. Not safe for concurrent use.
 */
final class DuplicateNames {
  /**
   * Ordinary names are within a few steps of their slot; only constructed collisions are further
   * away.
   */
  private static final int MAX_PROBES = 16;

  private static final int FIRST_SLOTS = 128;

  private record Field(int object, String name) implements Comparable<Field> {
    // Colliding names are stored in a HashSet, which sorts long chains of comparable keys into a
    // tree.
    @Override
    public int compareTo(Field other) {
      int byObject = Integer.compare(object, other.object);
      return byObject != 0 ? byObject : name.compareTo(other.name);
    }
  }

  private @Nullable String[] names = new String[FIRST_SLOTS];
  private int[] objects = new int[FIRST_SLOTS];
  private int used;
  private int openedObjects;
  private Set<Field> collisions = new HashSet<>();

  /** Starts a new object and returns its number, for {@link #add}. */
  int openObject() {
    return ++openedObjects;
  }

  /** Adds a name of an object; false if the object has it already. */
  boolean add(int object, String name) {
    if (used * 2 >= names.length) {
      grow();
    }
    return insert(object, name);
  }

  void clear() {
    if (used > 0) {
      if (names.length > FIRST_SLOTS) {
        // Clearing the large table of one event after each small event that follows would take time
        // in the product of their sizes.
        names = new String[FIRST_SLOTS];
        objects = new int[FIRST_SLOTS];
      } else {
        Arrays.fill(names, null);
      }
      used = 0;
    }
    if (!collisions.isEmpty()) {
      collisions = new HashSet<>();
    }
    openedObjects = 0;
  }

  /** The number of slots of the table, which is the cost of {@link #clear}. */
  int slots() {
    return names.length;
  }

  private boolean insert(int object, String name) {
    int mask = names.length - 1;
    int hash = (name.hashCode() + object) * 0x9E37_79B9;
    int slot = (hash >>> 15) & mask;
    for (int probe = 0; probe < MAX_PROBES; probe++) {
      String found = names[slot];
      if (found == null) {
        // A name that collided before the table grew may now have a free slot.
        if (!collisions.isEmpty() && collisions.contains(new Field(object, name))) {
          return false;
        }
        names[slot] = name;
        objects[slot] = object;
        used++;
        return true;
      }
      if (objects[slot] == object && found.equals(name)) {
        return false;
      }
      slot = (slot + 1) & mask;
    }
    return collisions.add(new Field(object, name));
  }

  private void grow() {
    @Nullable String[] oldNames = names;
    int[] oldObjects = objects;
    names = new String[oldNames.length * 2];
    objects = new int[oldNames.length * 2];
    used = 0;
    for (int i = 0; i < oldNames.length; i++) {
      String name = oldNames[i];
      if (name != null) {
        insert(oldObjects[i], name);
      }
    }
  }
}
