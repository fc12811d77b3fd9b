package io.wideevents.codec;

/** The fields the event's rules speak of. */
enum KnownField {
  REQUEST_ID(Handling.STRUCTURAL, Scope.OPEN),
  SERVICE(Handling.STRUCTURAL, Scope.OPEN),
  ROUTE(Handling.STRUCTURAL, Scope.OPEN),
  TIMESTAMP(Handling.STRUCTURAL, Scope.OPEN),
  EVENT_ID(Handling.OURS, Scope.OPEN),
  USER(Handling.CLIENTS, Scope.USER),
  USER_ID(Handling.CLIENTS, Scope.OPEN),
  USER_ROLE(Handling.CLIENTS, Scope.OPEN),
  ERROR(Handling.CLIENTS, Scope.ERROR),
  ERROR_CODE(Handling.CLIENTS, Scope.OPEN),
  ERROR_MESSAGE(Handling.CLIENTS, Scope.OPEN),
  PERFORMANCE(Handling.CLIENTS, Scope.PERFORMANCE),
  DURATION(Handling.CLIENTS, Scope.OPEN),
  METADATA(Handling.STRUCTURAL, Scope.OPEN),
  SUMMARY(Handling.OURS, Scope.OPEN),
  SAMPLING(Handling.STRUCTURAL, Scope.SAMPLING),
  SAMPLING_RATE(Handling.STRUCTURAL, Scope.OPEN),
  SAMPLING_RULE(Handling.STRUCTURAL, Scope.OPEN),
  INGEST(Handling.OURS, Scope.OPEN),
  /** Any other top-level name starting with {@code _}. */
  RESERVED(Handling.OURS, Scope.OPEN);

  private enum Handling {
    /** Kept where it came; replaced when its name is one to redact. */
    CLIENTS,
    /** Kept where it came and never replaced: the pipeline itself relies on it. */
    STRUCTURAL,
    /** Kept elsewhere, computed anew, or not the client's to send. */
    OURS
  }

  private final Handling handling;
  private final Scope scope;

  KnownField(Handling handling, Scope scope) {
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
  Scope scope() {
    return scope;
  }
}
