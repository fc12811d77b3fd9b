package io.wideevents.codec;

import java.util.Optional;

/**
 * How strictly posted events are read. Immutable.
 *
 * @param text as {@link #parse} reads it
 * @param lenient what is inferred; empty if events must follow every rule
 */
public record IntakeMode(String text, Optional<LenientRules> lenient) {
  /** Infers nothing. */
  public static final IntakeMode STRICT = new IntakeMode("strict", Optional.empty());

  /**
   * Reads {@code strict}, or {@code lenient} with options: {@code lenient;nest;zone=UTC}.
   *
   * @throws IllegalArgumentException with a message that follows a subject and does not quote the
   *     text
   */
  public static IntakeMode parse(String text) {
    if (text.equals(STRICT.text)) {
      return STRICT;
    }
    String[] parts = text.split(";", -1);
    if (!parts[0].strip().equals("lenient")) {
      throw new IllegalArgumentException(
          "is neither strict nor lenient with options after a semicolon");
    }
    LenientRules rules = LenientRules.PLAIN;
    for (int i = 1; i < parts.length; i++) {
      rules = rules.with(parts[i].strip());
    }
    return new IntakeMode(text, Optional.of(rules));
  }
}
