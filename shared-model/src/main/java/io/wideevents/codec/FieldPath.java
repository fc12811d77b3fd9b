package io.wideevents.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path from an event to one of its fields.
 *
 * @param text the names, joined by dots
 * @param steps at least one
 * @param problem why no field can be set there; null if one can
 */
record FieldPath(String text, List<Step> steps, @Nullable FieldDrop problem) {

  /**
   * @param known the field that the event's rules define under this name; null for any other
   */
  record Step(FieldName name, @Nullable KnownField known) {
    /** Whether a value here is replaced, whatever its type. */
    boolean isRedacted() {
      return name.redacted() && (known == null || known.isRedactable());
    }

    /** The scope in which the names below are resolved. */
    FieldScope scopeBelow() {
      return known == null ? FieldScope.OPEN : known.scope();
    }

    /** Whether only the service's logging library writes this field. */
    boolean isReserved() {
      return known != null
          && switch (known) {
            case REQUEST_ID, SERVICE, ROUTE, TIMESTAMP, EVENT_ID, SUMMARY, INGEST, RESERVED -> true;
            case SAMPLING, SAMPLING_RATE, SAMPLING_RULE, DURATION -> true;
            case USER, USER_ID, USER_ROLE, ERROR, ERROR_CODE, ERROR_MESSAGE -> false;
            case PERFORMANCE, METADATA -> false;
          };
    }

    /** Whether this is a known field that is no object, so that it has no fields below. */
    boolean isText() {
      return known != null && known.scope() == FieldScope.OPEN && known != KnownField.METADATA;
    }

    /** The problem of the name or of setting it; null if there is none. */
    @Nullable FieldDrop problem() {
      return name.problem() != null
          ? name.problem()
          : isReserved() ? FieldDrop.RESERVED_NAME : null;
    }
  }

  FieldPath {
    steps = List.copyOf(steps);
  }
}
