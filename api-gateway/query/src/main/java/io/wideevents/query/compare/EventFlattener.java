package io.wideevents.query.compare;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event as fields with values. An array gives its field each of its elements, as a filter
 * sees it. Arrays in arrays, times and bytes are left out.
 */
final class EventFlattener {
  private static final int MAX_DEPTH = 12;
  private static final int MAX_FIELDS = 500;
  private static final int MAX_VALUES = 5_000;

  /** Names of the pipeline itself, which say nothing about the request. */
  private static final Set<String> LEFT_OUT = Set.of("_id", "timestamp", "_sampling", "_schema");

  private final Map<FieldPlace, Set<FieldValue>> fields = new HashMap<>();
  private int values;

  private EventFlattener() {}

  /** The values of each field, at most 500 fields and 5 000 values. */
  static Map<FieldPlace, Set<FieldValue>> fields(BsonDocument event) {
    EventFlattener flattener = new EventFlattener();
    for (Map.Entry<String, BsonValue> field : event.entrySet()) {
      if (!LEFT_OUT.contains(field.getKey())) {
        flattener.add(place(null, field.getKey()), field.getValue(), 1);
      }
    }
    return flattener.fields;
  }

  private void add(FieldPlace place, BsonValue value, int depth) {
    if (value.isDocument()) {
      value(place, FieldValue.CONTAINER);
      object(place, value.asDocument(), depth);
    } else if (value.isArray()) {
      array(place, value.asArray(), depth);
    } else {
      FieldValue read = FieldValue.of(value);
      if (read != null) {
        value(place, read);
      }
    }
  }

  private void object(FieldPlace place, BsonDocument object, int depth) {
    if (depth < MAX_DEPTH) {
      object.forEach((name, value) -> add(place(place, name), value, depth + 1));
    }
  }

  private void array(FieldPlace place, BsonArray array, int depth) {
    if (array.isEmpty()) {
      value(place, FieldValue.CONTAINER);
    }
    for (BsonValue element : array) {
      if (element.isArray()) {
        value(place, FieldValue.CONTAINER);
      } else {
        add(place, element, depth);
      }
    }
  }

  private void value(FieldPlace place, FieldValue value) {
    Set<FieldValue> found = fields.get(place);
    if (found == null && fields.size() < MAX_FIELDS) {
      found = new HashSet<>(2);
      fields.put(place, found);
    }
    if (found != null && values < MAX_VALUES && found.add(value)) {
      values++;
    }
  }

  private static FieldPlace place(@Nullable FieldPlace parent, String name) {
    String path = parent == null ? name : parent.text() + "." + name;
    boolean isAddressable = (parent == null || parent.isAddressable()) && name.indexOf('.') < 0;
    return new FieldPlace(path, isAddressable);
  }
}
