package io.wideevents.codec;

/** The fields that the event's rules define. */
enum KnownField {
  REQUEST_ID(Handling.STRUCTURAL, FieldScope.OPEN),
  SERVICE(Handling.STRUCTURAL, FieldScope.OPEN),
  ROUTE(Handling.STRUCTURAL, FieldScope.OPEN),
  TIMESTAMP(Handling.STRUCTURAL, FieldScope.OPEN),
  EVENT_ID(Handling.OURS, FieldScope.OPEN),
  USER(Handling.CLIENTS, FieldScope.USER),
  USER_ID(Handling.CLIENTS, FieldScope.OPEN),
  USER_ROLE(Handling.CLIENTS, FieldScope.OPEN),
  ERROR(Handling.CLIENTS, FieldScope.ERROR),
  ERROR_CODE(Handling.CLIENTS, FieldScope.OPEN),
  ERROR_MESSAGE(Handling.CLIENTS, FieldScope.OPEN),
  PERFORMANCE(Handling.CLIENTS, FieldScope.PERFORMANCE),
  DURATION(Handling.CLIENTS, FieldScope.OPEN),
  METADATA(Handling.STRUCTURAL, FieldScope.OPEN),
  SUMMARY(Handling.OURS, FieldScope.OPEN),
  SAMPLING(Handling.STRUCTURAL, FieldScope.SAMPLING),
  SAMPLING_RATE(Handling.STRUCTURAL, FieldScope.OPEN),
  SAMPLING_RULE(Handling.STRUCTURAL, FieldScope.OPEN),
  INGEST(Handling.OURS, FieldScope.OPEN),
  /** Any other top-level name starting with {@code _}. */
  RESERVED(Handling.OURS, FieldScope.OPEN);

  private enum Handling {
    /** Kept at its position; replaced if its name is to be redacted. */
    CLIENTS,
    /** Kept at its position and never replaced, because the pipeline itself uses it. */
    STRUCTURAL,
    /** Moved, computed again, or not allowed from clients. */
    OURS
  }

  private final Handling handling;
  private final FieldScope scope;

  KnownField(Handling handling, FieldScope scope) {
    this.handling = handling;
    this.scope = scope;
  }

  boolean isRedactable() {
    return handling == Handling.CLIENTS;
  }

  /** Whether the document contains the field, if at all, at another position than the text. */
  boolean isOurs() {
    return handling == Handling.OURS;
  }

  /** The scope in which the names inside the field's value are resolved. */
  FieldScope scope() {
    return scope;
  }
}
