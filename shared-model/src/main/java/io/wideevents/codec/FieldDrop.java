package io.wideevents.codec;

import java.util.Locale;

/** Why a value that a service set is not in its event as it was given. A closed list. */
public enum FieldDrop {
  /** NaN or an infinity, which JSON has no word for. */
  NOT_FINITE,
  /** A number with more than 34 significant digits, or an exponent past ±6144. */
  NUMBER_OUT_OF_RANGE,
  /** A name that is the pipeline's own, or that the service's logging itself sets. */
  RESERVED_NAME,
  /** A name that is null, empty, too long, or has a NUL in it. */
  BAD_NAME,
  /** A name that stands twice in one map, once its keys are text. */
  DUPLICATE_NAME,
  /** A known field, such as {@code user.id}, with a value of another type than it has. */
  WRONG_TYPE,
  /** An object that is none of the types an event holds. */
  UNSUPPORTED_TYPE,
  /** Maps and lists nested deeper than the limit. */
  TOO_DEEP,
  /** More fields than the limit. */
  TOO_MANY_FIELDS,
  /** A value for which the event's size limit leaves no room. */
  TOO_LARGE,
  /** A long text of which only the beginning is kept. */
  TEXT_CUT,
  /** A text in which half of a surrogate pair was replaced by U+FFFD. */
  UNPAIRED_SURROGATE,
  /** A value that threw anything while it was read, such as a map changed by another thread. */
  UNREADABLE;

  /** The name in {@code _metadata.logging}, in lower case. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
