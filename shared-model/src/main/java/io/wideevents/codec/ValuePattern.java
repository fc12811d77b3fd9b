package io.wideevents.codec;

import java.util.Optional;

/**
 * Redacts text in values, whatever their name: the parts that a regular expression matches become
 * {@code [REDACTED]}.
 *
 * <p>The expression has RE2's syntax. RE2 reads a text once per match, so a text whose matches each
 * require reading far beyond the match would take quadratic time. Therefore the number of
 * characters read is limited, see {@link SearchedText}. When the limit is reached, the rest of the
 * text is replaced as a whole. Safe for concurrent use.
 */
public final class ValuePattern {
  /** Redacts nothing. */
  public static final ValuePattern NONE = new ValuePattern(Optional.empty());

  private final Optional<ValueSearch> pattern;

  private ValuePattern(Optional<ValueSearch> pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @param expression in RE2's syntax: no back-references, no look-around
   * @throws IllegalArgumentException if it is invalid, matches an empty text, or RE2 is not on the
   *     class path
   */
  public static ValuePattern of(String expression) {
    try {
      return new ValuePattern(Optional.of(ValueSearch.of(expression)));
    } catch (NoClassDefFoundError e) {
      throw new IllegalArgumentException(
          "the library com.google.re2j:re2j, which searches values, is not on the class path", e);
    }
  }

  boolean isNone() {
    return pattern.isEmpty();
  }

  /** The text with its matches replaced; the same object if there are none. */
  String redact(String text) {
    return pattern.isEmpty() ? text : redact(new SearchedText(text));
  }

  /** As {@link #redact(String)}, with the search counted. */
  String redact(SearchedText searched) {
    return pattern.map(search -> search.redact(searched)).orElse(searched.toString());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ValuePattern that && toString().equals(that.toString());
  }

  @Override
  public int hashCode() {
    return toString().hashCode();
  }

  /** The expression; empty for {@link #NONE}. */
  @Override
  public String toString() {
    return pattern.map(ValueSearch::expression).orElse("");
  }
}
