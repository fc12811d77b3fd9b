package io.wideevents.codec;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/**
 * The search of a {@link ValuePattern}. A separate class, because a service without RE2 on its
 * class path can redact by name only, and must be able to load {@link ValuePattern}.
 */
record ValueSearch(Pattern pattern) {
  // Replacing short matches lengthens the text. Beyond this growth the whole text is replaced, so
  // that an event of single digits cannot become ten times as large.
  private static final int MAX_GROWTH = 256;

  static ValueSearch of(String expression) {
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
    return new ValueSearch(compiled);
  }

  String expression() {
    return pattern.pattern();
  }

  String redact(SearchedText searched) {
    String text = searched.toString();
    StringBuilder kept = new StringBuilder(0);
    int from = 0;
    try {
      Matcher matcher = pattern.matcher(searched);
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
}
