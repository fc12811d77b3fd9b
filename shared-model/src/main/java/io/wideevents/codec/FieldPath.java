package io.wideevents.codec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way from an event to one of its fields.
 *
 * @param text the names, joined by dots
 * @param steps at least one
 * @param problem why nothing can be set there; null when something can
 */
record FieldPath(String text, List<Step> steps, @Nullable FieldDrop problem) {

  /**
   * @param known the field that the event's rules speak of under this name; null for any other
   */
  record Step(FieldName name, @Nullable KnownField known) {
    /** Whether a value here is replaced, whatever it is. */
    boolean isRedacted() {
      return name.redacted() && (known == null || known.isRedactable());
    }

    /** In which scope the names below are looked up. */
    FieldScope scopeBelow() {
      return known == null ? FieldScope.OPEN : known.scope();
    }

    /** Whether only the service's logging itself writes this field. */
    boolean isReserved() {
      return known != null
          && switch (known) {
            case REQUEST_ID, SERVICE, ROUTE, TIMESTAMP, EVENT_ID, SUMMARY, INGEST, RESERVED -> true;
            case SAMPLING, SAMPLING_RATE, SAMPLING_RULE, DURATION -> true;
            case USER, USER_ID, USER_ROLE, ERROR, ERROR_CODE, ERROR_MESSAGE -> false;
            case PERFORMANCE, METADATA -> false;
          };
    }

    /** Whether it is a known field that is no object, so that nothing can be below it. */
    boolean isText() {
      return known != null && known.scope() == FieldScope.OPEN && known != KnownField.METADATA;
    }

    /** What is wrong with the name, or with setting it; null when nothing is. */
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
