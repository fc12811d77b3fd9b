package io.wideevents.codec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;

/**
 * What must not be kept of the text in values, whatever their name: the parts a regular expression
 * matches become {@code [REDACTED]}.
 *
 * <p>The expression is RE2's, which reads a text once for each match. A text whose matches make it
 * read further than they are long, again and again, would take quadratic time. The number of
 * characters read is bounded, see {@link SearchedText}; when it is used up, the rest of the text is
 * replaced as a whole. Safe for concurrent use.
 */
public final class ValuePattern {
  /** Redacts nothing. */
  public static final ValuePattern NONE = new ValuePattern(Optional.empty());

  // Short matches grow when replaced; past this the text is replaced whole, so that an event of
  // single digits cannot become ten times as large.
  private static final int MAX_GROWTH = 256;

  private final Optional<Pattern> pattern;

  private ValuePattern(Optional<Pattern> pattern) {
    this.pattern = pattern;
  }

  /**
   * Reads an expression.
   *
   * @param expression in RE2's syntax: no back-references, no look-around
   * @throws IllegalArgumentException if it is none, or matches where there is no text
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

  /** The text without what matches; the very same when nothing does. */
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
          continue; // a boundary, which has nothing to hide
        }
        if (isReplaced(text, matcher.start(), matcher.end())) {
          continue; // so that text that is redacted already stays as it is
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
      // What was not searched to its end may hold anything.
      return kept.append(Splice.REDACTED).toString();
    }
    return from == 0 ? text : kept.append(text, from, text.length()).toString();
  }

  /** Whether the part from {@code start} to {@code end} lies within a replacement. */
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
