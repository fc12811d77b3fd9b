package io.wideevents.codec;

/** The fields the event's rules speak of. */
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
    /** Kept where it came; replaced when its name is one to redact. */
    CLIENTS,
    /** Kept where it came and never replaced: the pipeline itself relies on it. */
    STRUCTURAL,
    /** Kept elsewhere, computed anew, or not the client's to send. */
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

  /** Whether the document holds it, if at all, elsewhere than where it came. */
  boolean isOurs() {
    return handling == Handling.OURS;
  }

  /** In which scope the names inside the field's value are looked up. */
  FieldScope scope() {
    return scope;
  }
}
