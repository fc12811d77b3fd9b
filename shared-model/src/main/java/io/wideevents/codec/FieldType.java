package io.wideevents.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/** The types that the value of a known field may have. */
enum FieldType {
  OBJECT("an object"),
  TEXT("a string"),
  TEXT_OR_INTEGER("a string or an integer"),
  MILLISECONDS("a number of milliseconds"),
  COUNT("a whole number"),
  TIMESTAMP("RFC 3339 text or whole epoch milliseconds"),
  ID("a string that holds a UUID"),
  /** Not checked, because the value is computed again or not allowed. */
  ANY("a JSON value");

  private final String description;

  FieldType(String description) {
    this.description = description;
  }

  /** The type in the words of a problem's message. */
  String description() {
    return description;
  }

  /**
   * Whether a value may have this type.
   *
   * @param first the first token of the value
   */
  boolean accepts(JsonToken first) {
    return switch (this) {
      case OBJECT -> first == JsonToken.START_OBJECT;
      case TEXT, ID -> first == JsonToken.VALUE_STRING;
      case TEXT_OR_INTEGER, TIMESTAMP ->
          first == JsonToken.VALUE_STRING || first == JsonToken.VALUE_NUMBER_INT;
      case MILLISECONDS -> first.isNumeric();
      case COUNT -> first == JsonToken.VALUE_NUMBER_INT;
      case ANY -> true;
    };
  }

  /** The first token of the JSON of a value that {@link ValueCopy} copied. */
  static JsonToken firstToken(@Nullable Object copied) {
    return switch (copied) {
      case null -> JsonToken.VALUE_NULL;
      case String text -> JsonToken.VALUE_STRING;
      case Boolean truth -> truth ? JsonToken.VALUE_TRUE : JsonToken.VALUE_FALSE;
      case Long number -> JsonToken.VALUE_NUMBER_INT;
      case BigInteger number -> JsonToken.VALUE_NUMBER_INT;
      case Double number -> JsonToken.VALUE_NUMBER_FLOAT;
      case BigDecimal number -> JsonToken.VALUE_NUMBER_FLOAT;
      case FieldNode node -> JsonToken.START_OBJECT;
      case FieldNode.Items items -> JsonToken.START_ARRAY;
      default -> throw new AssertionError(copied.getClass() + " is no value of an event");
    };
  }
}
