package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import org.jspecify.annotations.Nullable;

/**
 * The result of copying one value of a service.
 *
 * @param value the copy, which may be null
 * @param problem why the value was left out; null if it was kept
 */
record CopiedValue(@Nullable Object value, @Nullable ProblemCode problem) {

  static CopiedValue kept(@Nullable Object value) {
    return new CopiedValue(value, null);
  }

  static CopiedValue dropped(ProblemCode why) {
    return new CopiedValue(null, why);
  }

  boolean isKept() {
    return problem == null;
  }
}
