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
   * @throws IllegalArgumentException if it is invalid, or matches an empty text
   */
  public static ValuePattern of(String expression) {
    return new ValuePattern(Optional.of(ValueSearch.of(expression)));
  }

  /** Whether the library RE2/J is on the class path. Without it {@link #of} cannot be used. */
  public static boolean isSupported() {
    try {
      var unused = ValueSearch.of("a");
      return true;
    } catch (NoClassDefFoundError e) {
      return false;
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
