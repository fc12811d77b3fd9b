package io.wideevents.codec;

import org.jspecify.annotations.Nullable;

/** The object of an event in which the names of fields are resolved. */
enum FieldScope {
  EVENT,
  USER,
  ERROR,
  PERFORMANCE,
  SAMPLING,
  /** Any object without known fields; most of a wide event. */
  OPEN;

  /** The field that the event's rules define under this name; null for the client's own fields. */
  @Nullable KnownField find(String name) {
    return switch (this) {
      case EVENT ->
          switch (name) {
            case "requestId" -> KnownField.REQUEST_ID;
            case "service" -> KnownField.SERVICE;
            case "route" -> KnownField.ROUTE;
            case "timestamp" -> KnownField.TIMESTAMP;
            case "eventId" -> KnownField.EVENT_ID;
            case "user" -> KnownField.USER;
            case "error" -> KnownField.ERROR;
            case "performance" -> KnownField.PERFORMANCE;
            case "_metadata" -> KnownField.METADATA;
            case "_summary" -> KnownField.SUMMARY;
            case "_sampling" -> KnownField.SAMPLING;
            case "_ingest" -> KnownField.INGEST;
            default -> name.startsWith("_") ? KnownField.RESERVED : null;
          };
      case USER ->
          switch (name) {
            case "id" -> KnownField.USER_ID;
            case "role" -> KnownField.USER_ROLE;
            default -> null;
          };
      case ERROR ->
          switch (name) {
            case "code" -> KnownField.ERROR_CODE;
            case "message" -> KnownField.ERROR_MESSAGE;
            default -> null;
          };
      case PERFORMANCE -> name.equals("durationMs") ? KnownField.DURATION : null;
      case SAMPLING ->
          switch (name) {
            case "rate" -> KnownField.SAMPLING_RATE;
            case "rule" -> KnownField.SAMPLING_RULE;
            default -> null;
          };
      case OPEN -> null;
    };
  }
}
