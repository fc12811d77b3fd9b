package io.wideevents.codec;

/** The fields the event's rules speak of. */
enum KnownField {
  REQUEST_ID(false, Scope.OPEN),
  SERVICE(false, Scope.OPEN),
  ROUTE(false, Scope.OPEN),
  TIMESTAMP(false, Scope.OPEN),
  EVENT_ID(false, Scope.OPEN),
  USER(true, Scope.USER),
  USER_ID(true, Scope.OPEN),
  USER_ROLE(true, Scope.OPEN),
  ERROR(true, Scope.ERROR),
  ERROR_CODE(true, Scope.OPEN),
  ERROR_MESSAGE(true, Scope.OPEN),
  PERFORMANCE(true, Scope.PERFORMANCE),
  DURATION(true, Scope.OPEN),
  METADATA(false, Scope.OPEN),
  SUMMARY(false, Scope.OPEN),
  SAMPLING(false, Scope.SAMPLING),
  SAMPLING_RATE(false, Scope.OPEN),
  SAMPLING_RULE(false, Scope.OPEN),
  INGEST(false, Scope.OPEN),
  /** Any other top-level name starting with {@code _}. */
  RESERVED(false, Scope.OPEN);

  private final boolean redactable;
  private final Scope scope;

  KnownField(boolean redactable, Scope scope) {
    this.redactable = redactable;
    this.scope = scope;
  }

  /** Whether a redacted name may hide its value: without the others an event is no event. */
  boolean redactable() {
    return redactable;
  }

  /** In which scope the names inside the field's value are looked up. */
  Scope scope() {
    return scope;
  }
}
