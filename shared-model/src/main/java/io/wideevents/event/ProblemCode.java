package io.wideevents.event;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The rules that an event can break: a closed list that clients may switch on. New codes may be
 * added; a code never changes its meaning.
 *
 * <p>A posted event that breaks a rule is rejected with an {@link EventProblem}. A value that a
 * service sets through the logging library is left out, and the event is kept. The event names the
 * value and the code under {@code _metadata.logging}.
 */
public enum ProblemCode {
  /** The text is not JSON (RFC 8259) at the position. */
  MALFORMED_JSON("malformed_json"),
  /** A byte sequence that is not UTF-8: overlong, a surrogate, past U+10FFFF, or truncated. */
  INVALID_UTF8("invalid_utf8"),
  /** The text starts with a byte order mark. */
  BYTE_ORDER_MARK("byte_order_mark"),
  /** The body has no bytes, or only white space. */
  EMPTY_BODY("empty_body"),
  /** The body is well-formed but contains no event: {@code []}, or only blank lines. */
  NO_EVENTS("no_events"),
  /** More events in one body than allowed. */
  TOO_MANY_EVENTS("too_many_events"),
  /** A JSON value that is not an object, where an event is expected. */
  NOT_AN_OBJECT("not_an_object"),
  /** The event's own JSON text exceeds its size limit. */
  EVENT_TOO_LARGE("event_too_large"),
  /** The event's document would exceed MongoDB's 16 MiB. */
  DOCUMENT_TOO_LARGE("document_too_large"),
  /** Objects and arrays nest deeper than allowed. */
  TOO_DEEP("too_deep"),
  /** More fields than allowed, counted at any depth. */
  TOO_MANY_FIELDS("too_many_fields"),
  /** A name is longer than allowed. */
  NAME_TOO_LONG("name_too_long"),
  /** A name contains a NUL character, which MongoDB cannot store. */
  NAME_HAS_NUL("name_has_nul"),
  /** A name occurs twice in one object. */
  DUPLICATE_KEY("duplicate_key"),
  /** A top-level name starting with {@code _} that clients must not use. */
  RESERVED_NAME("reserved_name"),
  /** A required field is missing. */
  MISSING_FIELD("missing_field"),
  /** A known field has a wrong type. */
  WRONG_TYPE("wrong_type"),
  /** A required text, or the name of a field, stage or timing, is empty or only white space. */
  BLANK("blank"),
  /** A required text, or the name of a stage or timing, is longer than 256 bytes. */
  TOO_LONG("too_long"),
  /** A number that no BSON type represents exactly, or that is outside its field's range. */
  NUMBER_OUT_OF_RANGE("number_out_of_range"),
  /** An escaped UTF-16 surrogate without its other half. */
  UNPAIRED_SURROGATE("unpaired_surrogate"),
  /** Neither RFC 3339 with an offset nor whole epoch milliseconds. */
  TIMESTAMP_INVALID("timestamp_invalid"),
  /** An epoch number so small that it must be in seconds. */
  TIMESTAMP_IN_SECONDS("timestamp_in_seconds"),
  /** Older than the retention: the database would delete the event at once. */
  TIMESTAMP_EXPIRED("timestamp_expired"),
  /** Further ahead of the clock than allowed. */
  TIMESTAMP_IN_FUTURE("timestamp_in_future"),
  /**
   * Not a UUID in canonical form; the nil or the max UUID; or a UUID of version 8 that is not the
   * id derived from the event itself.
   */
  EVENT_ID_INVALID("event_id_invalid"),
  /** NaN or an infinity, which JSON cannot represent. Only in a service's own events. */
  NOT_FINITE("not_finite"),
  /** An object of a type that an event cannot contain. Only in a service's own events. */
  UNSUPPORTED_TYPE("unsupported_type"),
  /** A value that threw while it was read. Only in a service's own events. */
  UNREADABLE("unreadable"),
  /** A long text of which only the beginning is kept. Only in a service's own events. */
  TEXT_CUT("text_cut");

  private static final Set<ProblemCode> OF_POSTED_EVENTS =
      Collections.unmodifiableSet(
          EnumSet.complementOf(EnumSet.of(NOT_FINITE, UNSUPPORTED_TYPE, UNREADABLE, TEXT_CUT)));

  private final String code;

  ProblemCode(String code) {
    this.code = code;
  }

  /** The code on the wire, in {@link EventProblem#code}. */
  public String code() {
    return code;
  }

  /** The codes that a posted event or body can have. */
  public static Set<ProblemCode> ofPostedEvents() {
    return OF_POSTED_EVENTS;
  }
}
