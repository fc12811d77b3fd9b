package io.wideevents.codec;

import java.math.BigInteger;
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

  /** Whether a value that {@link ValueCopy} copied may have this type. Needs no JSON parser. */
  boolean acceptsCopied(Object copied) {
    return switch (this) {
      case OBJECT -> copied instanceof FieldNode;
      case TEXT, ID -> copied instanceof String;
      case TEXT_OR_INTEGER, TIMESTAMP -> copied instanceof String || isWhole(copied);
      case MILLISECONDS -> copied instanceof Number;
      case COUNT -> isWhole(copied);
      case ANY -> true;
    };
  }

  private static boolean isWhole(Object copied) {
    return copied instanceof Long || copied instanceof BigInteger;
  }
}
