package io.wideevents.codec;

import io.wideevents.event.ProblemCode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A field's name and what {@link NameRules} decides about it. Safe for concurrent use. */
final class FieldName {
  private final String text;
  private final @Nullable ProblemCode problem;
  private final boolean redacted;

  // Made when they are needed. Two threads may write the same bytes twice.
  private volatile byte @Nullable [] json;
  private volatile byte @Nullable [] utf8;

  /**
   * @param problem why the name is not allowed; null if it is allowed
   * @param redacted whether the value of the field must be redacted
   */
  FieldName(String text, @Nullable ProblemCode problem, boolean redacted) {
    this.text = text;
    this.problem = problem;
    this.redacted = redacted;
  }

  String text() {
    return text;
  }

  @Nullable ProblemCode problem() {
    return problem;
  }

  /**
   * As {@link #problem}, for a name that a service sets. The parser reports unpaired surrogates in
   * names of posted events. An empty name in a path is a mistake, as in {@code cart..items}.
   */
  @Nullable ProblemCode problemToSet() {
    if (problem != null) {
      return problem;
    }
    if (text.isEmpty()) {
      return ProblemCode.BLANK;
    }
    return Utf8.hasUnpairedSurrogate(text) ? ProblemCode.UNPAIRED_SURROGATE : null;
  }

  boolean redacted() {
    return redacted;
  }

  /** The name as UTF-8; not to be changed. */
  byte[] utf8() {
    byte[] known = utf8;
    if (known == null) {
      known = text.getBytes(StandardCharsets.UTF_8);
      utf8 = known;
    }
    return known;
  }

  /** The name in quotes with its colon, as UTF-8; not to be changed. */
  byte[] json() {
    byte[] known = json;
    if (known == null) {
      JsonBytes quoted = new JsonBytes();
      quoted.text(text);
      quoted.raw(':');
      known = quoted.toArray();
      json = known;
    }
    return known;
  }
}
