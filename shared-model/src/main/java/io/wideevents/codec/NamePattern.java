package io.wideevents.codec;

import java.util.Locale;

/**
 * A pattern of field names: a name, {@code *ending}, {@code beginning*} or {@code *within*},
 * without regard to case.
 *
 * @param text the text to find, in lower case, not empty
 * @param openStart whether any text may precede it
 * @param openEnd whether any text may follow it
 */
record NamePattern(String text, boolean openStart, boolean openEnd) {

  /**
   * @throws IllegalArgumentException if the pattern is blank, is {@code *} alone, or has a {@code
   *     *} that is not at its beginning or end
   */
  static NamePattern parse(String pattern) {
    boolean openStart = pattern.startsWith("*");
    boolean openEnd = pattern.length() > 1 && pattern.endsWith("*");
    String text = pattern.substring(openStart ? 1 : 0, pattern.length() - (openEnd ? 1 : 0));
    if (text.isBlank() || text.indexOf('*') >= 0) {
      throw new IllegalArgumentException(
          "'%s' is not a name pattern; use a name, *ending, beginning* or *within*"
              .formatted(pattern));
    }
    return new NamePattern(text.toLowerCase(Locale.ROOT), openStart, openEnd);
  }

  /**
   * @param lowerCaseName the name, in lower case
   */
  boolean matches(String lowerCaseName) {
    if (openStart) {
      return openEnd ? lowerCaseName.contains(text) : lowerCaseName.endsWith(text);
    }
    return openEnd ? lowerCaseName.startsWith(text) : lowerCaseName.equals(text);
  }
}
