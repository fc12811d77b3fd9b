package io.wideevents.query.compare;

import io.wideevents.query.Numbers;
import io.wideevents.query.QueryException;
import io.wideevents.query.filter.Filter;
import java.math.BigDecimal;
import java.util.Set;
import java.util.regex.Pattern;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * A value of a field, as it is compared and shown. The numbers 1 and 1.0 are equal, the text "1" is
 * another value.
 *
 * @param kind of the value
 * @param text the value as text, at most {@value #MAX_TEXT} characters
 */
record FieldValue(Kind kind, String text) {
  static final FieldValue MISSING = new FieldValue(Kind.MISSING, "");

  /** An object or an array without elements. Its content is compared under other names. */
  static final FieldValue CONTAINER = new FieldValue(Kind.CONTAINER, "(object or array)");

  /** Longer texts that begin alike count as equal. */
  private static final int MAX_TEXT = 200;

  /** Text that the grammar of filters reads as this text only. */
  private static final Pattern BARE =
      Pattern.compile("[A-Za-z][A-Za-z0-9_/-]*(\\.[A-Za-z0-9_/-]+)*");

  /** Characters with a meaning in quotation marks; a {@code *} stands for any text. */
  private static final Pattern SPECIAL = Pattern.compile("[\"\\\\*]");

  enum Kind {
    TEXT,
    NUMBER,
    BOOLEAN,
    NULL,
    CONTAINER,
    MISSING
  }

  /** Null for a time or bytes, which are not compared. */
  static @Nullable FieldValue of(BsonValue value) {
    return switch (value.getBsonType()) {
      case STRING -> text(value.asString().getValue());
      case BOOLEAN -> new FieldValue(Kind.BOOLEAN, String.valueOf(value.asBoolean().getValue()));
      case NULL -> new FieldValue(Kind.NULL, "null");
      case INT32, INT64, DOUBLE, DECIMAL128 -> number(value);
      default -> null;
    };
  }

  private static FieldValue text(String text) {
    return new FieldValue(
        Kind.TEXT, text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…");
  }

  private static @Nullable FieldValue number(BsonValue value) {
    BigDecimal exact = Numbers.exact(value);
    return exact == null ? null : new FieldValue(Kind.NUMBER, Numbers.plain(exact));
  }

  BigDecimal number() {
    return new BigDecimal(text);
  }

  boolean isNumber() {
    return kind == Kind.NUMBER;
  }

  /**
   * A filter that matches the events with this value and no others; null if the grammar has none.
   *
   * @param hasTwin whether a text of the same characters occurs in the field
   */
  @Nullable String filter(FieldPlace place, boolean hasTwin) {
    String condition = condition(hasTwin);
    if (kind == Kind.MISSING) {
      return readable(place, "-has:" + place.text());
    }
    return condition == null ? null : filter(place, condition);
  }

  /** A filter with this condition on the field; null if the grammar cannot name the field. */
  static @Nullable String filter(FieldPlace place, String condition) {
    return readable(place, place.text() + ":" + condition);
  }

  private static @Nullable String readable(FieldPlace place, String filter) {
    return place.isAddressable() && isOf(place.text(), filter) ? filter : null;
  }

  private @Nullable String condition(boolean hasTwin) {
    return switch (kind) {
      case NUMBER -> hasTwin ? text + ".." + text : text;
      case BOOLEAN -> hasTwin ? null : text;
      case NULL -> "null";
      case TEXT -> textCondition();
      case CONTAINER, MISSING -> null;
    };
  }

  private @Nullable String textCondition() {
    if (text.length() > MAX_TEXT) {
      return null;
    }
    boolean isLiteral = text.equals("true") || text.equals("false") || text.equals("null");
    return BARE.matcher(text).matches() && !isLiteral
        ? text
        : '"' + SPECIAL.matcher(text).replaceAll("\\\\$0") + '"';
  }

  /**
   * Whether the text is a filter of this field only. It is not if the name of the field has a
   * meaning in the grammar or is a short name of another field.
   */
  private static boolean isOf(String path, String filter) {
    try {
      return Filter.parse(filter).fields().equals(Set.of(path));
    } catch (QueryException e) {
      return false;
    }
  }
}
