package io.wideevents.codec;

import java.util.Locale;

/** Why a value that a service set is missing from its event or changed in it. A closed list. */
public enum FieldDrop {
  /** NaN or an infinity, which JSON cannot represent. */
  NOT_FINITE,
  /** A number with more than 34 significant digits, or an exponent past ±6144. */
  NUMBER_OUT_OF_RANGE,
  /** A name that is reserved for the pipeline, or that the service's logging library sets. */
  RESERVED_NAME,
  /** A name that is null, empty, too long, or contains a NUL. */
  BAD_NAME,
  /** A name that occurs twice in one map after its keys were converted to text. */
  DUPLICATE_NAME,
  /** A known field, such as {@code user.id}, with a value of another type. */
  WRONG_TYPE,
  /** An object of a type that an event cannot contain. */
  UNSUPPORTED_TYPE,
  /** Maps and lists nested deeper than the limit. */
  TOO_DEEP,
  /** More fields than the limit. */
  TOO_MANY_FIELDS,
  /** A value that does not fit into the event's size limit. */
  TOO_LARGE,
  /** A long text of which only the beginning is kept. */
  TEXT_CUT,
  /** A text in which half of a surrogate pair was replaced by U+FFFD. */
  UNPAIRED_SURROGATE,
  /** A value that threw while it was read, such as a map changed by another thread. */
  UNREADABLE;

  /** The name in {@code _metadata.logging}, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
