package io.wideevents.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One object of an event that is being composed, with its fields in the order they were first set.
 * Values are immutable, except for other nodes. Not safe for concurrent use.
 */
final class FieldNode {
  /**
   * Up to this number of fields a scan is faster than a table. Nearly all objects of events are
   * smaller.
   */
  private static final int SCANNED_FIELDS = 16;

  private static final int WEIGHT = 64;

  // The sizes in HotSpot: the object, and the digits that do not fit into a long.
  private static final int DECIMAL_WEIGHT = 40;
  private static final int LONG_DECIMAL_WEIGHT = 112;
  private static final int WHOLE_NUMBER_WEIGHT = 72;
  private static final int DIGITS_OF_LONG = 18;
  private static final int FIELD_WEIGHT = 24;

  private static final FieldName[] NO_NAMES = {};
  private static final @Nullable Object[] NO_VALUES = {};

  // Initially empty arrays, because lists may contain thousands of small objects.
  private FieldName[] names = NO_NAMES;
  private @Nullable Object[] values = NO_VALUES;
  private int size;
  private @Nullable Map<String, Integer> table;

  int size() {
    return size;
  }

  FieldName name(int index) {
    return names[index];
  }

  @Nullable Object value(int index) {
    return values[index];
  }

  /** The index of a name; -1 if it is absent. */
  int find(String name) {
    if (table != null) {
      Integer index = table.get(name);
      return index == null ? -1 : index;
    }
    for (int i = 0; i < size; i++) {
      // Equal names are nearly always the same String, which equals compares first.
      if (names[i].text().equals(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The value under a name; null if there is none. */
  @Nullable Object get(String name) {
    int index = find(name);
    return index < 0 ? null : values[index];
  }

  void replace(int index, @Nullable Object value) {
    values[index] = value;
  }

  void add(FieldName name, @Nullable Object value) {
    if (size == names.length) {
      int capacity = Math.max(4, size * 2);
      names = Arrays.copyOf(names, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    names[size] = name;
    values[size] = value;
    if (table != null) {
      table.put(name.text(), size);
    }
    size++;
    if (size > SCANNED_FIELDS && table == null) {
      table = new HashMap<>();
      for (int i = 0; i < size; i++) {
        table.put(names[i].text(), i);
      }
    }
  }

  /** The number of fields in this object and in all objects below. */
  int countFields() {
    int count = size;
    for (int i = 0; i < size; i++) {
      count += countFields(values[i]);
    }
    return count;
  }

  /** The number of fields in a value, at any depth. */
  static int countFields(@Nullable Object value) {
    int count = 0;
    if (value instanceof FieldNode node) {
      count = node.countFields();
    } else if (value instanceof Items items) {
      for (int i = 0; i < items.size(); i++) {
        count += countFields(items.get(i));
      }
    }
    return count;
  }

  /**
   * Approximate bytes of memory of a value. For values where it matters, at least the length of the
   * value's JSON.
   */
  static int weigh(@Nullable Object value) {
    int weight = 16;
    if (value instanceof String text) {
      weight = 48 + text.length();
    } else if (value instanceof FieldNode node) {
      weight = WEIGHT;
      for (int i = 0; i < node.size; i++) {
        weight += weighField(node.names[i], node.values[i]);
      }
    } else if (value instanceof Items items) {
      weight = items.weight();
    } else if (value instanceof BigDecimal decimal) {
      weight = decimal.precision() > DIGITS_OF_LONG ? LONG_DECIMAL_WEIGHT : DECIMAL_WEIGHT;
    } else if (value instanceof BigInteger) {
      weight = WHOLE_NUMBER_WEIGHT;
    }
    return weight;
  }

  /** Approximate bytes that a field adds to its object. */
  static int weighField(FieldName name, @Nullable Object value) {
    return FIELD_WEIGHT + name.json().length + weigh(value);
  }

  /** The items of an array; not changed after creation. */
  record Items(List<@Nullable Object> items, int weight) {
    int size() {
      return items.size();
    }

    @Nullable Object get(int index) {
      return items.get(index);
    }
  }
}
