package io.wideevents.query.filter;

/** The classes of characters that the grammar knows. */
final class Characters {
  private Characters() {}

  /** Whether the character separates terms. */
  static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** Whether the text has half of a surrogate pair, which no UTF-8 text can contain. */
  static boolean isIllFormed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return true;
      }
    }
    return false;
  }

  /** The text as a part of a regular expression that matches nothing else, in PCRE and in Java. */
  static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    text.chars()
        .forEach(
            c -> {
              // A backslash before a letter or digit would have a meaning; before any other ASCII
              // character it has none.
              if (c < 128 && !isLetterOrDigit(c)) {
                escaped.append('\\');
              }
              escaped.append((char) c);
            });
    return escaped.toString();
  }

  private static boolean isLetterOrDigit(int c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }
}
