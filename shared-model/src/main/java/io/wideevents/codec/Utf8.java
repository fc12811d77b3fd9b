package io.wideevents.codec;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Strict UTF-8 (RFC 3629). The JSON parser accepts overlong forms, encoded surrogates and code
 * points past U+10FFFF, and would turn them into text that differs from what was sent.
 */
public final class Utf8 {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;
  private static final long EVERY_BYTE = 0x0101_0101_0101_0101L;
  private static final long BACKSLASHES = '\\' * EVERY_BYTE;
  private static final long LINE_FEEDS = '\n' * EVERY_BYTE;

  private Utf8() {}

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Offset of the first byte sequence that is not UTF-8; -1 if all of it is. */
  public static int firstInvalid(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      if (i + Long.BYTES <= to && ((long) LONGS.get(bytes, i) & NOT_ASCII) == 0) {
        i += Long.BYTES;
      } else if (bytes[i] >= 0) {
        i++;
      } else {
        int length = sequenceLength(bytes, i, to);
        if (length == 0) {
          return i;
        }
        i += length;
      }
    }
    return -1;
  }

  /** Offset of the first line feed in {@code [from, to)}; {@code to} if there is none. */
  static int lineFeed(byte[] bytes, int from, int to) {
    int i = from;
    while (i + Long.BYTES <= to && !hasByte((long) LONGS.get(bytes, i), LINE_FEEDS)) {
      i += Long.BYTES;
    }
    while (i < to && bytes[i] != '\n') {
      i++;
    }
    return i;
  }

  /** Length of the multi-byte sequence at {@code i}; 0 if it is invalid. */
  private static int sequenceLength(byte[] bytes, int i, int to) {
    int lead = bytes[i] & 0xFF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      return isTail(bytes, i + 1, to) ? 2 : 0;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      if (!isTail(bytes, i + 1, to) || !isTail(bytes, i + 2, to)) {
        return 0;
      }
      int second = bytes[i + 1] & 0xFF;
      boolean overlong = lead == 0xE0 && second < 0xA0;
      boolean surrogate = lead == 0xED && second > 0x9F;
      return overlong || surrogate ? 0 : 3;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
      if (!isTail(bytes, i + 1, to) || !isTail(bytes, i + 2, to) || !isTail(bytes, i + 3, to)) {
        return 0;
      }
      int second = bytes[i + 1] & 0xFF;
      boolean overlong = lead == 0xF0 && second < 0x90;
      boolean pastTheLast = lead == 0xF4 && second > 0x8F;
      return overlong || pastTheLast ? 0 : 4;
    }
    return 0;
  }

  private static boolean isTail(byte[] bytes, int i, int to) {
    return i < to && (bytes[i] & 0xC0) == 0x80;
  }

  /**
   * Whether valid UTF-8 text may contain an escaped surrogate, such as <code>&#92;ud800</code>.
   * Only an escape can represent an unpaired surrogate, so other text needs no further search.
   */
  static boolean mayEscapeSurrogates(byte[] bytes, int from, int to) {
    int i = from;
    while (i < to) {
      if (i + Long.BYTES <= to && !hasByte((long) LONGS.get(bytes, i), BACKSLASHES)) {
        i += Long.BYTES;
      } else if (bytes[i] == '\\'
          && i + 2 < to
          && bytes[i + 1] == 'u'
          && (bytes[i + 2] | 0x20) == 'd') {
        return true;
      } else {
        i++;
      }
    }
    return false;
  }

  /** The UTF-16 unit of the escape at {@code i}; -1 if there is no escape. */
  static int escapedUnit(byte[] bytes, int i, int to) {
    if (i + 6 > to || bytes[i] != '\\' || bytes[i + 1] != 'u') {
      return -1;
    }
    int unit = 0;
    for (int digit = i + 2; digit < i + 6; digit++) {
      int value = Character.digit(bytes[digit], 16);
      if (value < 0) {
        return -1;
      }
      unit = unit << 4 | value;
    }
    return unit;
  }

  private static boolean hasByte(long eightBytes, long eightTimes) {
    long zeroWhereEqual = eightBytes ^ eightTimes;
    return ((zeroWhereEqual - EVERY_BYTE) & ~zeroWhereEqual & NOT_ASCII) != 0;
  }

  public static boolean hasUnpairedSurrogate(String text) {
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c)
            || i + 1 == length
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** The text with U+FFFD instead of each unpaired half of a surrogate pair. */
  static String wellFormed(String text) {
    if (!hasUnpairedSurrogate(text)) {
      return text;
    }
    StringBuilder wellFormed = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            point ->
                wellFormed.appendCodePoint(
                    point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                        ? 0xFFFD
                        : point));
    return wellFormed.toString();
  }

  /** Length of the text in UTF-8 bytes; each surrogate counts as two. */
  static int lengthOf(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // Each half of a surrogate pair is one char and two of the pair's four bytes.
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }
}
