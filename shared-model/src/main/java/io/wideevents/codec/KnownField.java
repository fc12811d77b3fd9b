package io.wideevents.codec;

/** The fields that the event's rules define. */
enum KnownField {
  REQUEST_ID(Handling.STRUCTURAL, FieldType.TEXT),
  SERVICE(Handling.STRUCTURAL, FieldType.TEXT),
  ROUTE(Handling.STRUCTURAL, FieldType.TEXT),
  TIMESTAMP(Handling.STRUCTURAL, FieldType.TIMESTAMP),
  EVENT_ID(Handling.OURS, FieldType.ID),
  USER(Handling.CLIENTS, FieldScope.USER),
  USER_ID(Handling.CLIENTS, FieldType.TEXT_OR_INTEGER),
  USER_ROLE(Handling.CLIENTS, FieldType.TEXT),
  ERROR(Handling.CLIENTS, FieldScope.ERROR),
  ERROR_CODE(Handling.CLIENTS, FieldType.TEXT),
  ERROR_MESSAGE(Handling.CLIENTS, FieldType.TEXT),
  PERFORMANCE(Handling.CLIENTS, FieldScope.PERFORMANCE),
  DURATION(Handling.CLIENTS, FieldType.MILLISECONDS),
  METADATA(Handling.STRUCTURAL, FieldScope.OPEN),
  SUMMARY(Handling.OURS, FieldType.ANY),
  SAMPLING(Handling.STRUCTURAL, FieldScope.SAMPLING),
  SAMPLING_RATE(Handling.STRUCTURAL, FieldType.COUNT),
  SAMPLING_RULE(Handling.STRUCTURAL, FieldType.TEXT),
  INGEST(Handling.OURS, FieldType.ANY),
  /** Any other top-level name starting with {@code _}. */
  RESERVED(Handling.OURS, FieldType.ANY);

  private enum Handling {
    /** Kept at its position; replaced if its name is to be redacted. */
    CLIENTS,
    /** Kept at its position and never replaced, because the pipeline itself uses it. */
    STRUCTURAL,
    /** Moved, computed again, or not allowed from clients. */
    OURS
  }

  private final Handling handling;
  private final FieldType type;
  private final FieldScope scope;

  KnownField(Handling handling, FieldType type) {
    this.handling = handling;
    this.type = type;
    this.scope = FieldScope.OPEN;
  }

  KnownField(Handling handling, FieldScope scopeOfObject) {
    this.handling = handling;
    this.type = FieldType.OBJECT;
    this.scope = scopeOfObject;
  }

  boolean isRedactable() {
    return handling == Handling.CLIENTS;
  }

  /** Whether the document contains the field, if at all, at another position than the text. */
  boolean isOurs() {
    return handling == Handling.OURS;
  }

  /** Whether a service may set the field. The logging library itself sets the other fields. */
  boolean isSettable() {
    return this == METADATA || (handling == Handling.CLIENTS && this != DURATION);
  }

  /** Whether an event without the field, or with null as its value, is rejected. */
  boolean isRequired() {
    return switch (this) {
      case REQUEST_ID, SERVICE, ROUTE, TIMESTAMP -> true;
      default -> false;
    };
  }

  FieldType type() {
    return type;
  }

  /** The scope in which the names inside the field's value are resolved. */
  FieldScope scope() {
    return scope;
  }
}
