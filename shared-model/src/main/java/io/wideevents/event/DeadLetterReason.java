package io.wideevents.event;

import java.util.Arrays;
import java.util.Optional;

/** Why a record cannot become a document: a closed list, used as header and as metric label. */
public enum DeadLetterReason {
  /** A tombstone, or a value without bytes. */
  EMPTY("empty"),
  /** Not JSON, or not UTF-8. */
  MALFORMED("malformed"),
  /** JSON, but it breaks a rule of the event. */
  INVALID("invalid"),
  /** A record of another producer whose timestamp is past the retention. */
  EXPIRED("expired"),
  /** Over a size limit: our limit for other producers' records, MongoDB's limit for all. */
  TOO_LARGE("too_large"),
  /** The {@code schema} header names a version this worker does not read. */
  UNSUPPORTED_SCHEMA("unsupported_schema"),
  /** The {@code event-id} header and the value name different ids. */
  ID_MISMATCH("id_mismatch"),
  /** The id belongs to an event with other content. */
  ID_CONFLICT("id_conflict"),
  /** MongoDB rejects the document itself, for example by a collection validator. */
  REFUSED_BY_DATABASE("refused_by_database");

  private final String label;

  DeadLetterReason(String label) {
    this.label = label;
  }

  /** The name on the wire and in metrics. */
  public String label() {
    return label;
  }

  /** Returns the reason with this label; empty if there is none. */
  public static Optional<DeadLetterReason> labelled(String label) {
    return Arrays.stream(values()).filter(reason -> reason.label.equals(label)).findFirst();
  }
}
