package io.wideevents.worker.query;

/** The width of text on a terminal. East Asian wide characters and emoji take two columns. */
final class TextWidth {
  // The wide ranges of Unicode's EastAsianWidth.txt, without those that hold few characters.
  private static final int[][] WIDE = {
    {0x1100, 0x115F}, // Hangul Jamo
    {0x2E80, 0x303E}, // CJK radicals and punctuation
    {0x3041, 0xA4CF}, // Kana, CJK ideographs, Yi
    {0xA960, 0xA97F}, // Hangul Jamo, extended
    {0xAC00, 0xD7A3}, // Hangul syllables
    {0xF900, 0xFAFF}, // CJK compatibility ideographs
    {0xFE30, 0xFE6F}, // CJK compatibility forms
    {0xFF00, 0xFF60}, // full-width forms
    {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, // emoji
    {0x1F680, 0x1F6FF},
    {0x1F900, 0x1F9FF},
    {0x20000, 0x3FFFD}, // CJK ideographs, extensions
  };

  private TextWidth() {}

  /** The number of columns that the text takes. */
  static int of(String text) {
    return text.codePoints().map(TextWidth::of).sum();
  }

  /** Cuts a text that takes more columns, and marks the cut with an ellipsis. */
  static String cut(String text, int columns) {
    if (of(text) <= columns) {
      return text;
    }
    int used = 0;
    int end = 0;
    while (end < text.length()) {
      int codePoint = text.codePointAt(end);
      used += of(codePoint);
      if (used > columns - 1) {
        break;
      }
      end += Character.charCount(codePoint);
    }
    return text.substring(0, end) + "…";
  }

  private static int of(int codePoint) {
    int type = Character.getType(codePoint);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    for (int[] range : WIDE) {
      if (codePoint >= range[0] && codePoint <= range[1]) {
        return 2;
      }
    }
    return 1;
  }
}
