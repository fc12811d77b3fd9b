package io.wideevents.codec;

import org.jspecify.annotations.Nullable;

/**
 * A field's name and what is derived from it, computed once, because services use the same few
 * hundred names again and again. Immutable.
 */
final class FieldName {
  private final String text;
  private final byte[] json;
  private final boolean redacted;
  private final @Nullable FieldDrop problem;

  FieldName(String text, NameRules.Verdict verdict) {
    boolean bad = verdict.problem() != null || text.isEmpty() || Utf8.hasUnpairedSurrogate(text);
    JsonBytes quoted = new JsonBytes();
    quoted.text(text);
    quoted.raw(':');
    this.text = text;
    this.json = quoted.toArray();
    this.redacted = verdict.redacted();
    this.problem = bad ? FieldDrop.BAD_NAME : null;
  }

  String text() {
    return text;
  }

  /** The name in quotes with its colon, as UTF-8; not to be changed. */
  byte[] json() {
    return json;
  }

  /** Whether the value of the field must be redacted. */
  boolean redacted() {
    return redacted;
  }

  /** Why the name is not allowed; null if it is allowed. */
  @Nullable FieldDrop problem() {
    return problem;
  }
}
