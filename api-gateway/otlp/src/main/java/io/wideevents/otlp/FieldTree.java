package io.wideevents.otlp;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * A field of an event: an object with fields, or a value. Attributes are nested by the dots in
 * their keys, and no attribute is lost:
 *
 * <ul>
 *   <li>If both {@code a} and {@code a.b} have values, the value of {@code a} is in {@code
 *       a._value}.
 *   <li>If one key occurs several times, the field is an array of all its values.
 * </ul>
 *
 * <p>Not safe for concurrent use.
 */
final class FieldTree {
  /** The field with the value of an attribute whose key is also a prefix of other keys. */
  static final String VALUE = "_value";

  /** More than an event may have. Limits the recursion here; the event's own limit is lower. */
  static final int MAX_DEPTH = 100;

  private final FieldCount count;
  private @Nullable Map<String, FieldTree> fields;
  private List<@Nullable Object> values = new ArrayList<>(1);

  /** Counts the fields of trees that belong to one event. */
  private static final class FieldCount {
    private final int max;
    private int fields;

    FieldCount(int max) {
      this.max = max;
    }

    void add() throws RejectedItemException {
      if (++fields > max) {
        throw new RejectedItemException(
            ProblemCode.TOO_MANY_FIELDS,
            "",
            "The event has more than %d fields, counted at any depth".formatted(max),
            "Send fewer attributes, or lists as arrays, whose items do not count");
      }
    }
  }

  /**
   * @param maxFields limit of this tree and all its parts. A field can take a hundred times the
   *     memory of its encoded form
   */
  FieldTree(int maxFields) {
    this(new FieldCount(maxFields));
  }

  private FieldTree(FieldCount count) {
    this.count = count;
  }

  /** An empty tree whose fields count as fields of this one. */
  FieldTree part() {
    return new FieldTree(count);
  }

  /** Adds a field that is not an attribute. Absent values are left out. */
  FieldTree set(String name, @Nullable Object value) throws RejectedItemException {
    if (value != null) {
      child(name).addValue(value);
    }
    return this;
  }

  /** Puts an existing tree under a name that is not used yet. */
  void setTree(String name, FieldTree tree) throws RejectedItemException {
    object().put(name, tree);
  }

  /** The field of this name; an empty one is created if there is none. */
  FieldTree child(String name) throws RejectedItemException {
    Map<String, FieldTree> object = object();
    FieldTree existing = object.get(name);
    if (existing != null) {
      return existing;
    }
    count.add();
    FieldTree created = part();
    object.put(name, created);
    return created;
  }

  /** The fields of this object. A value that this field has becomes its field {@code _value}. */
  private Map<String, FieldTree> object() throws RejectedItemException {
    Map<String, FieldTree> existing = fields;
    if (existing != null) {
      return existing;
    }
    Map<String, FieldTree> created = new LinkedHashMap<>();
    fields = created;
    if (!values.isEmpty()) {
      count.add();
      FieldTree moved = part();
      moved.values = values;
      values = new ArrayList<>(1);
      created.put(VALUE, moved);
    }
    return created;
  }

  /** Adds all attributes, nested by the dots in their keys. */
  FieldTree putAll(List<KeyValue> attributes) throws RejectedItemException {
    for (KeyValue attribute : attributes) {
      put(attribute.getKey(), attribute.getValue());
    }
    return this;
  }

  /** Adds an attribute, nested by the dots in its key. */
  void put(String key, AnyValue value) throws RejectedItemException {
    put(key, value, 1);
  }

  private void put(String key, AnyValue value, int depth) throws RejectedItemException {
    FieldTree field = this;
    int below = depth;
    int from = 0;
    for (int dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', from)) {
      below = deeper(below);
      field = field.child(key.substring(from, dot));
      from = dot + 1;
    }
    field.child(key.substring(from)).add(value, deeper(below));
  }

  private void add(AnyValue value, int depth) throws RejectedItemException {
    if (value.getValueCase() == AnyValue.ValueCase.KVLIST_VALUE) {
      var unused = object();
      for (KeyValue entry : value.getKvlistValue().getValuesList()) {
        put(entry.getKey(), entry.getValue(), depth);
      }
    } else {
      addValue(value(value, depth));
    }
  }

  private void addValue(@Nullable Object value) throws RejectedItemException {
    if (fields == null) {
      values.add(value);
    } else {
      child(VALUE).addValue(value);
    }
  }

  private @Nullable Object value(AnyValue value, int depth) throws RejectedItemException {
    return switch (value.getValueCase()) {
      case STRING_VALUE -> value.getStringValue();
      case BOOL_VALUE -> value.getBoolValue();
      case INT_VALUE -> value.getIntValue();
      case DOUBLE_VALUE -> value.getDoubleValue();
      case BYTES_VALUE -> Base64.getEncoder().encodeToString(value.getBytesValue().toByteArray());
      case ARRAY_VALUE -> {
        List<@Nullable Object> items = new ArrayList<>(value.getArrayValue().getValuesCount());
        for (AnyValue item : value.getArrayValue().getValuesList()) {
          items.add(value(item, deeper(depth)));
        }
        yield items;
      }
      case KVLIST_VALUE -> {
        FieldTree object = part();
        object.add(value, depth);
        yield object;
      }
      // An empty value, or one of a kind that only profiles use.
      default -> null;
    };
  }

  private static int deeper(int depth) throws RejectedItemException {
    if (depth >= MAX_DEPTH) {
      throw new RejectedItemException(
          ProblemCode.TOO_DEEP,
          "",
          "Attributes nest deeper than " + MAX_DEPTH,
          "Flatten the value; deep values can be sent as text");
    }
    return depth + 1;
  }

  /** Whether this field has no fields and no value. */
  boolean isEmpty() {
    return fields == null && values.isEmpty();
  }

  /** Whether this field is an object. */
  boolean isObject() {
    return fields != null;
  }

  /** Whether there is a field of this name. */
  boolean has(String name) {
    return fields != null && fields.containsKey(name);
  }

  /** The only value of the field of this name; null if it has none, several, or is an object. */
  @Nullable Object only(String name) {
    FieldTree field = fields == null ? null : fields.get(name);
    return field == null || field.isObject() || field.values.size() != 1
        ? null
        : field.values.getFirst();
  }

  /** Writes this field as a JSON value. Recursion is limited by {@link #MAX_DEPTH}. */
  void write(JsonGenerator out) {
    if (fields != null) {
      out.writeStartObject();
      fields.forEach(
          (name, field) -> {
            out.writeName(name);
            field.write(out);
          });
      out.writeEndObject();
    } else if (values.size() == 1) {
      write(values.getFirst(), out);
    } else {
      write(values, out);
    }
  }

  private static void write(@Nullable Object value, JsonGenerator out) {
    switch (value) {
      case null -> out.writeNull();
      case String text -> out.writeString(text);
      case Boolean truth -> out.writeBoolean(truth);
      case Long number -> out.writeNumber(number);
      case Double number -> {
        if (Double.isFinite(number)) {
          out.writeNumber(number);
        } else {
          // As in OTLP's own JSON: NaN, Infinity, -Infinity.
          out.writeString(number.toString());
        }
      }
      case List<?> items -> {
        out.writeStartArray();
        items.forEach(item -> write(item, out));
        out.writeEndArray();
      }
      case FieldTree object -> object.write(out);
      default -> throw new AssertionError(value.getClass() + " is no value of an attribute");
    }
  }
}
