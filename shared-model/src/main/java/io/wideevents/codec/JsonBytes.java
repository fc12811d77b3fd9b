package io.wideevents.codec;

import java.util.Arrays;

/**
 * JSON text written as UTF-8 into one reused array. Not safe for concurrent use.
 *
 * <p>Does not use a JSON generator, because writing is half of the cost of an in-process event, and
 * a generator maintains state, features and buffers that a tree of checked values does not need.
 */
final class JsonBytes {
  private static final int CHUNK = 512;

  /** {@code \}{@code u00XX}, the longest form of one UTF-16 unit. */
  private static final int MAX_BYTES_PER_CHAR = 6;

  private static final byte[] HEX = Utf8.ascii("0123456789abcdef");

  /**
   * For each ASCII character: 0 if it is not escaped, 'u' for four digits, else the letter of its
   * escape.
   */
  private static final byte[] ESCAPES = escapes();

  private static final long EXACT_LIMIT = 1L << 53;
  private static final int MAX_KEPT_BYTES = 1 << 16;
  private static final int FIRST_BYTES = 2048;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private boolean replacedSurrogate;

  int length() {
    return length;
  }

  /** Truncates the text to an earlier length. */
  void truncate(int earlierLength) {
    length = earlierLength;
  }

  /** Starts a new text. The array of a large event is released. */
  void clear() {
    length = 0;
    replacedSurrogate = false;
    if (bytes.length > MAX_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
  }

  byte[] toArray() {
    return Arrays.copyOf(bytes, length);
  }

  /** Whether half of a surrogate pair was replaced since the last call. */
  boolean takeReplacedSurrogate() {
    boolean replaced = replacedSurrogate;
    replacedSurrogate = false;
    return replaced;
  }

  void raw(byte[] json) {
    ensure(json.length);
    System.arraycopy(json, 0, bytes, length, json.length);
    length += json.length;
  }

  void raw(char ascii) {
    ensure(1);
    bytes[length++] = (byte) ascii;
  }

  /** Writes text that is ASCII and needs no escaping, without quotes. */
  void ascii(String text) {
    int end = text.length();
    ensure(end);
    for (int i = 0; i < end; i++) {
      bytes[length + i] = (byte) text.charAt(i);
    }
    length += end;
  }

  void number(long value) {
    if (value < 0) {
      if (value == Long.MIN_VALUE) {
        ascii("-9223372036854775808");
        return;
      }
      raw('-');
      digits(-value);
    } else {
      digits(value);
    }
  }

  private void digits(long value) {
    int count = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      count++;
    }
    ensure(count);
    long rest = value;
    for (int i = length + count - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += count;
  }

  /** Writes a finite double, always with a point or an exponent. */
  void number(double value) {
    double thousandfold = value * 1000;
    long scaled = Math.round(thousandfold);
    // The quotient of two exact numbers is the double nearest to the decimal written here, so
    // reading it gives this double. Nearly all prices, rates and durations are of this kind.
    if (Math.abs(scaled) < EXACT_LIMIT
        && scaled / 1000.0 == value
        && (scaled != 0 || isPlusZero(value))) {
      thousandths(scaled);
    } else {
      ascii(Double.toString(value));
    }
  }

  /** Writes a number of thousandths as a decimal with one to three digits after the point. */
  void thousandths(long scaled) {
    if (scaled < 0) {
      raw('-');
    }
    long magnitude = Math.abs(scaled);
    digits(magnitude / 1000);
    int fraction = (int) (magnitude % 1000);
    ensure(4);
    bytes[length++] = '.';
    bytes[length++] = (byte) ('0' + fraction / 100);
    if (fraction % 100 != 0) {
      bytes[length++] = (byte) ('0' + fraction / 10 % 10);
      if (fraction % 10 != 0) {
        bytes[length++] = (byte) ('0' + fraction % 10);
      }
    }
  }

  private static boolean isPlusZero(double value) {
    return Double.doubleToRawLongBits(value) == 0;
  }

  /**
   * Writes a string with its quotes. Half a surrogate pair, which is no character, becomes U+FFFD.
   */
  void text(String text) {
    raw('"');
    int end = text.length();
    for (int from = 0; from < end; from += CHUNK) {
      chunk(text, from, Math.min(end, from + CHUNK));
    }
    raw('"');
  }

  private void chunk(String text, int from, int to) {
    ensure((to - from) * MAX_BYTES_PER_CHAR);
    byte[] out = bytes;
    int at = length;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        byte escape = ESCAPES[c];
        if (escape == 0) {
          out[at++] = (byte) c;
        } else {
          at = escaped(out, at, c, escape);
        }
      } else if (c < 0x800) {
        out[at++] = (byte) (0xC0 | c >> 6);
        out[at++] = (byte) (0x80 | (c & 0x3F));
      } else if (Character.isSurrogate(c)) {
        at = surrogate(out, at, text, i, c);
      } else {
        at = threeBytes(out, at, c);
      }
    }
    length = at;
  }

  private static int escaped(byte[] out, int from, char c, byte escape) {
    int at = from;
    out[at++] = '\\';
    out[at++] = escape;
    if (escape == 'u') {
      out[at++] = '0';
      out[at++] = '0';
      out[at++] = HEX[c >> 4];
      out[at++] = HEX[c & 0xF];
    }
    return at;
  }

  /**
   * Writes a surrogate pair at its first half, which may be the last character of a chunk. The
   * second half adds nothing.
   */
  private int surrogate(byte[] out, int at, String text, int i, char c) {
    if (Character.isHighSurrogate(c)) {
      if (i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
        int point = Character.toCodePoint(c, text.charAt(i + 1));
        out[at] = (byte) (0xF0 | point >> 18);
        out[at + 1] = (byte) (0x80 | ((point >> 12) & 0x3F));
        out[at + 2] = (byte) (0x80 | ((point >> 6) & 0x3F));
        out[at + 3] = (byte) (0x80 | (point & 0x3F));
        return at + 4;
      }
    } else if (i > 0 && Character.isHighSurrogate(text.charAt(i - 1))) {
      return at;
    }
    replacedSurrogate = true;
    return threeBytes(out, at, '\uFFFD');
  }

  private static int threeBytes(byte[] out, int at, char c) {
    out[at] = (byte) (0xE0 | c >> 12);
    out[at + 1] = (byte) (0x80 | ((c >> 6) & 0x3F));
    out[at + 2] = (byte) (0x80 | (c & 0x3F));
    return at + 3;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }

  private static byte[] escapes() {
    byte[] escapes = new byte[0x80];
    Arrays.fill(escapes, 0, 0x20, (byte) 'u');
    escapes['\b'] = 'b';
    escapes['\t'] = 't';
    escapes['\n'] = 'n';
    escapes['\f'] = 'f';
    escapes['\r'] = 'r';
    escapes['"'] = '"';
    escapes['\\'] = '\\';
    return escapes;
  }
}
