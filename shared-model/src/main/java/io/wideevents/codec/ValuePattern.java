package io.wideevents.codec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What must not be kept of the text in values, whatever their name: the parts a regular expression
 * matches become {@code [REDACTED]}.
 *
 * <p>The expression is RE2's, which reads a text once: none can be made to take exponential time,
 * neither by whoever writes the pattern nor by whoever sends the text. Safe for concurrent use.
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
    return pattern.map(expression -> redact(expression, text)).orElse(text);
  }

  private static String redact(Pattern expression, String text) {
    Matcher matcher = expression.matcher(text);
    @Nullable StringBuilder kept = null;
    int from = 0;
    while (matcher.find()) {
      if (matcher.end() == matcher.start()) {
        continue; // a boundary, which has nothing to hide
      }
      if (isReplaced(text, matcher.start(), matcher.end())) {
        continue; // so that text that is redacted already stays as it is
      }
      if (kept == null) {
        kept = new StringBuilder(text.length());
      }
      kept.append(text, from, matcher.start()).append(Splice.REDACTED);
      from = matcher.end();
      if (kept.length() - from > MAX_GROWTH) {
        return Splice.REDACTED;
      }
    }
    return kept == null ? text : kept.append(text, from, text.length()).toString();
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
