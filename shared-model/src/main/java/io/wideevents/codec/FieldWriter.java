package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Writes the copied fields of one event as JSON. A field that does not fit is left out, and the
 * notes contain the reason. Not safe for concurrent use.
 */
final class FieldWriter {
  private final JsonBytes json;
  private final FieldNotes notes;
  private final int limit;

  /**
   * @param limit length of the text at which fields must end
   */
  FieldWriter(JsonBytes json, FieldNotes notes, int limit) {
    this.json = json;
    this.notes = notes;
    this.limit = limit;
  }

  /**
   * Writes one field.
   *
   * @param path of the object with the field, with a dot at its end; empty for the event itself
   * @param first whether no field was written before it in its object
   * @return whether the field fitted
   */
  boolean field(FieldNode node, int index, String path, boolean first) {
    return field(node, index, path, first, limit);
  }

  /**
   * Writes the fields of an object.
   *
   * @param first whether no field was written before them in their object
   */
  void fields(FieldNode node, String path, boolean first) {
    fields(node, path, first, limit);
  }

  private void fields(FieldNode node, String path, boolean first, int limit) {
    boolean none = first;
    for (int i = 0; i < node.size(); i++) {
      none &= !field(node, i, path, none, limit);
    }
  }

  private boolean field(FieldNode node, int index, String path, boolean first, int limit) {
    int before = json.length();
    if (!first) {
      json.raw(',');
    }
    FieldName name = node.name(index);
    json.raw(name.json());
    Object value = node.value(index);
    if (value instanceof FieldNode below) {
      json.raw('{');
      fields(below, path.isEmpty() ? name.text() + '.' : path, true, limit - 1);
      json.raw('}');
    } else {
      value(value, limit);
    }
    if (json.length() > limit) {
      json.truncate(before);
      notes.drop(path + name.text(), ProblemCode.EVENT_TOO_LARGE);
      return false;
    }
    if (json.takeReplacedSurrogate()) {
      notes.drop(path + name.text(), ProblemCode.UNPAIRED_SURROGATE);
    }
    return true;
  }

  private void value(@Nullable Object value, int limit) {
    switch (value) {
      case null -> json.ascii("null");
      case String text -> json.text(text);
      case Long number -> json.number(number);
      case Double number -> json.number(number);
      case Boolean truth -> json.ascii(truth ? "true" : "false");
      case BigInteger number -> json.ascii(number.toString());
      case BigDecimal number -> json.ascii(number.toString());
      case FieldNode node -> {
        json.raw('{');
        fields(node, "[].", true, limit);
        json.raw('}');
      }
      case FieldNode.Items items -> {
        json.raw('[');
        for (int i = 0; i < items.size(); i++) {
          if (i > 0) {
            json.raw(',');
          }
          value(items.get(i), limit);
        }
        json.raw(']');
      }
      default -> throw new AssertionError(value.getClass() + " is no value of an event");
    }
  }
}
