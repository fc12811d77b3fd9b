package io.wideevents.codec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
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

  // Replacing short matches lengthens the text. Beyond this growth the whole text is replaced, so
  // that an event of single digits cannot become ten times as large.
  private static final int MAX_GROWTH = 256;

  private final Optional<Pattern> pattern;

  private ValuePattern(Optional<Pattern> pattern) {
    this.pattern = pattern;
  }

  /**
   * Compiles an expression.
   *
   * @param expression in RE2's syntax: no back-references, no look-around
   * @throws IllegalArgumentException if it is invalid, or matches an empty text
   */
  public static ValuePattern of(String expression) {
    Pattern compiled;
    try {
      compiled = Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException(
          "'%s' is not a regular expression of RE2: %s"
              .formatted(e.getPattern(), e.getDescription()),
          e);
    }
    if (compiled.matcher("").find()) {
      throw new IllegalArgumentException("it matches the empty text, and so everything");
    }
    return new ValuePattern(Optional.of(compiled));
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
    return pattern.map(expression -> redact(expression, searched)).orElse(searched.toString());
  }

  private static String redact(Pattern expression, SearchedText searched) {
    String text = searched.toString();
    StringBuilder kept = new StringBuilder(0);
    int from = 0;
    try {
      Matcher matcher = expression.matcher(searched);
      while (matcher.find()) {
        if (matcher.end() == matcher.start()) {
          continue; // an empty match at a boundary, with nothing to redact
        }
        if (isReplaced(text, matcher.start(), matcher.end())) {
          continue; // keeps text that is redacted already
        }
        if (from == 0) {
          kept.ensureCapacity(text.length());
        }
        kept.append(text, from, matcher.start()).append(Splice.REDACTED);
        from = matcher.end();
        if (kept.length() - from > MAX_GROWTH) {
          return Splice.REDACTED;
        }
      }
    } catch (SearchedText.TooManyReadsException e) {
      // The part that was not searched may contain anything.
      return kept.append(Splice.REDACTED).toString();
    }
    return from == 0 ? text : kept.append(text, from, text.length()).toString();
  }

  /** Whether the part from {@code start} to {@code end} is within a replacement. */
  private static boolean isReplaced(String text, int start, int end) {
    int length = Splice.REDACTED.length();
    if (end - start > length) {
      return false;
    }
    for (int from = Math.max(0, end - length); from <= start; from++) {
      if (text.startsWith(Splice.REDACTED, from)) {
        return true;
      }
    }
    return false;
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
    return pattern.map(Pattern::pattern).orElse("");
  }
}
