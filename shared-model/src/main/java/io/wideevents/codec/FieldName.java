package io.wideevents.codec;

import org.jspecify.annotations.Nullable;

/**
 * One field's name with all that follows from it, worked out once: services repeat the same few
 * hundred names for ever. Immutable.
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

  /** The name itself. */
  String text() {
    return text;
  }

  /** The name in quotes with its colon, as UTF-8; not to be changed. */
  byte[] json() {
    return json;
  }

  /** Whether its value must not be kept. */
  boolean redacted() {
    return redacted;
  }

  /** Why it is not allowed; null when it is. */
  @Nullable FieldDrop problem() {
    return problem;
  }
}
