package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The path from an event to one of its fields.
 *
 * @param text the names, joined by dots
 * @param steps at least one
 * @param problem why no field can be set there; null if one can
 */
record FieldPath(String text, List<Step> steps, @Nullable ProblemCode problem) {

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

    /** Whether the rules allow an object here, which has fields below. */
    boolean allowsFieldsBelow() {
      return known == null || known.type() == FieldType.OBJECT;
    }

    /** Why no service may set the field; null if it may. */
    @Nullable ProblemCode problem() {
      ProblemCode problem = name.problemToSet();
      return problem == null && known != null && !known.isSettable()
          ? ProblemCode.RESERVED_NAME
          : problem;
    }

    /** Whether the field's rules allow a value that {@link ValueCopy} copied. */
    boolean accepts(@Nullable Object copied) {
      return known == null || copied == null || known.type().acceptsCopied(copied);
    }
  }

  FieldPath {
    steps = List.copyOf(steps);
  }
}
