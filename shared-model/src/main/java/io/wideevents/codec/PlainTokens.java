package io.wideevents.codec;

import io.wideevents.event.EventProblem.Position;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * Reads the tokens of an ordinary event from its bytes, without a parser. It copies a text without
 * escapes to the document unchanged. It creates no string for a known name, and no object for a
 * JSON object or array. The parser took a third of the time of a record, and made a third of its
 * garbage.
 *
 * <p>Accepts a subset of JSON, with the same meaning. Throws {@link NotPlainException} at any other
 * input, and before the first problem of an event. The caller then reads the text again with {@link
 * ParserTokens}, which explains the problem. So a text is read at most twice.
 *
 * <p>An instance is reused for one text after the other. Not safe for concurrent use.
 */
final class PlainTokens implements EventTokens {
  /** The text must be read by a parser. Has no stack trace, because this is an expected case. */
  static final class NotPlainException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private NotPlainException() {
      super("The text must be read by the parser", null, false, false);
    }
  }

  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EVERY_BYTE = 0x0101_0101_0101_0101L;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long QUOTES = '"' * EVERY_BYTE;
  private static final long BACKSLASHES = '\\' * EVERY_BYTE;
  private static final long SPACES = ' ' * EVERY_BYTE;

  /** Longer names, longer numbers and deeper nesting are rare, so they are left to the parser. */
  private static final int MAX_NAME_BYTES = 128;

  private static final int MAX_NUMBER_LENGTH = 64;
  private static final int MAX_DEPTH = 128;

  private static final int IN_OBJECT = -2;
  private static final Position UNKNOWN = new Position(1, 1);
  private static final byte[] NOTHING = {};

  private byte[] bytes = NOTHING;
  private int limit;
  private int maxTextBytes;

  /** The offset of the next byte to read. */
  private int at;

  private @Nullable JsonToken current;
  private int start;
  private boolean hasEscapes;
  private boolean mayBeNotAscii;

  // The open objects and arrays, from index 1. For an array: the index of the current item. For an
  // object: where the current name begins and ends. The end is 0 before the first name.
  private int depth;
  private int[] indexes = new int[16];
  private int[] nameStarts = new int[16];
  private int[] nameEnds = new int[16];

  /**
   * Starts a text.
   *
   * @param text valid UTF-8 in {@code [from, to)}
   * @param maxTextBytes the limit of one text; a longer text needs the parser, because this class
   *     would copy it
   */
  void open(byte[] text, int from, int to, int maxTextBytes) {
    bytes = text;
    at = from;
    limit = to;
    this.maxTextBytes = maxTextBytes;
    current = null;
    depth = 0;
  }

  /** Releases the text. */
  void close() {
    bytes = NOTHING;
    limit = 0;
  }

  @Override
  public JsonToken next() {
    JsonToken last = current;
    if (last == null || last == JsonToken.PROPERTY_NAME) {
      return value(firstByte());
    }
    byte b = firstByte();
    boolean inObject = indexes[depth] == IN_OBJECT;
    if (b == (inObject ? '}' : ']')) {
      return end(inObject ? JsonToken.END_OBJECT : JsonToken.END_ARRAY);
    }
    boolean isFirst = last == JsonToken.START_OBJECT || last == JsonToken.START_ARRAY;
    if (!isFirst) {
      if (b != ',') {
        throw new NotPlainException();
      }
      at++;
      b = firstByte();
    }
    if (inObject) {
      return property(b);
    }
    indexes[depth]++;
    return value(b);
  }

  @Override
  public boolean isAtEnd() {
    while (at < limit && JsonText.isWhiteSpace(bytes[at])) {
      at++;
    }
    return at == limit;
  }

  /** Skips white space and returns the next byte, without reading past it. */
  private byte firstByte() {
    while (at < limit) {
      byte b = bytes[at];
      if (b > ' ') {
        return b;
      }
      if (!JsonText.isWhiteSpace(b)) {
        throw new NotPlainException();
      }
      at++;
    }
    throw new NotPlainException();
  }

  private JsonToken property(byte first) {
    if (first != '"') {
      throw new NotPlainException();
    }
    start = at;
    string();
    int nameEnd = at - 1;
    if (hasEscapes || nameEnd - start > MAX_NAME_BYTES || firstByte() != ':') {
      throw new NotPlainException();
    }
    at++;
    nameStarts[depth] = start + 1;
    nameEnds[depth] = nameEnd;
    current = JsonToken.PROPERTY_NAME;
    return JsonToken.PROPERTY_NAME;
  }

  private JsonToken value(byte first) {
    start = at;
    JsonToken token =
        switch (first) {
          case '"' -> {
            string();
            yield JsonToken.VALUE_STRING;
          }
          case '{' -> begin(JsonToken.START_OBJECT, IN_OBJECT);
          case '[' -> begin(JsonToken.START_ARRAY, -1);
          case 't' -> literal("true", JsonToken.VALUE_TRUE);
          case 'f' -> literal("false", JsonToken.VALUE_FALSE);
          case 'n' -> literal("null", JsonToken.VALUE_NULL);
          case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> number();
          default -> throw new NotPlainException();
        };
    current = token;
    return token;
  }

  private JsonToken begin(JsonToken token, int index) {
    at++;
    if (depth == MAX_DEPTH) {
      throw new NotPlainException();
    }
    depth++;
    if (depth == indexes.length) {
      indexes = Arrays.copyOf(indexes, 2 * depth);
      nameStarts = Arrays.copyOf(nameStarts, 2 * depth);
      nameEnds = Arrays.copyOf(nameEnds, 2 * depth);
    }
    indexes[depth] = index;
    nameEnds[depth] = 0;
    return token;
  }

  private JsonToken end(JsonToken token) {
    start = at;
    at++;
    depth--;
    current = token;
    return token;
  }

  private JsonToken literal(String text, JsonToken token) {
    int end = at + text.length();
    if (end > limit) {
      throw new NotPlainException();
    }
    for (int i = 1; i < text.length(); i++) {
      if (bytes[at + i] != text.charAt(i)) {
        throw new NotPlainException();
      }
    }
    at = end;
    return token;
  }

  private JsonToken number() {
    if (bytes[at] == '-') {
      at++;
    }
    int firstDigit = at;
    digits();
    if (bytes[firstDigit] == '0' && at > firstDigit + 1) {
      throw new NotPlainException();
    }
    JsonToken token = JsonToken.VALUE_NUMBER_INT;
    if (at < limit && bytes[at] == '.') {
      at++;
      digits();
      token = JsonToken.VALUE_NUMBER_FLOAT;
    }
    if (at < limit && (bytes[at] | 0x20) == 'e') {
      at++;
      if (at < limit && (bytes[at] == '-' || bytes[at] == '+')) {
        at++;
      }
      digits();
      token = JsonToken.VALUE_NUMBER_FLOAT;
    }
    if (at - start > MAX_NUMBER_LENGTH) {
      throw new NotPlainException();
    }
    return token;
  }

  /** Reads one or more digits. */
  private void digits() {
    int from = at;
    while (at < limit && bytes[at] >= '0' && bytes[at] <= '9') {
      at++;
    }
    if (at == from) {
      throw new NotPlainException();
    }
  }

  /** Reads a text or a name from its opening to its closing quote. */
  private void string() {
    byte[] text = bytes;
    int end = limit;
    boolean escapes = false;
    long notAscii = 0;
    int i = at + 1;
    while (true) {
      // Reads eight bytes at once, as long as none of them is a quote, a backslash or a control.
      if (i + Long.BYTES <= end) {
        long eight = (long) LONGS.get(text, i);
        notAscii |= eight & HIGH_BITS;
        long special = special(eight);
        if (special == 0) {
          i += Long.BYTES;
          continue;
        }
        i += Long.numberOfTrailingZeros(special) / Byte.SIZE;
      }
      if (i >= end) {
        throw new NotPlainException();
      }
      byte b = text[i];
      if (b == '"') {
        break;
      }
      if (b == '\\') {
        escapes = true;
        i += escapeLength(text, i, end);
      } else if (b >= 0 && b < ' ') {
        throw new NotPlainException();
      } else {
        notAscii |= b & 0x80;
        i++;
      }
    }
    if (i - at > maxTextBytes) {
      throw new NotPlainException();
    }
    at = i + 1;
    hasEscapes = escapes;
    mayBeNotAscii = notAscii != 0;
  }

  /**
   * The high bit of each byte that is a quote, a backslash or a control character. Only the lowest
   * of these bits is reliable, because a subtraction may borrow from the next byte.
   */
  private static long special(long eight) {
    long quotes = eight ^ QUOTES;
    long backslashes = eight ^ BACKSLASHES;
    return (((quotes - EVERY_BYTE) & ~quotes)
            | ((backslashes - EVERY_BYTE) & ~backslashes)
            | ((eight - SPACES) & ~eight))
        & HIGH_BITS;
  }

  /** The length of the escape at {@code i}. Two escapes that form a surrogate pair count as one. */
  private static int escapeLength(byte[] text, int i, int end) {
    if (i + 1 >= end) {
      throw new NotPlainException();
    }
    return switch (text[i + 1]) {
      case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> 2;
      case 'u' -> unicodeLength(text, i, end);
      default -> throw new NotPlainException();
    };
  }

  private static int unicodeLength(byte[] text, int i, int end) {
    int unit = Utf8.escapedUnit(text, i, end);
    if (unit < 0) {
      throw new NotPlainException();
    }
    if (!Character.isSurrogate((char) unit)) {
      return 6;
    }
    int low = Utf8.escapedUnit(text, i + 6, end);
    if (low < 0
        || !Character.isHighSurrogate((char) unit)
        || !Character.isLowSurrogate((char) low)) {
      throw new NotPlainException();
    }
    return 12;
  }

  /**
   * Writes the text in {@code [from, to)} as UTF-8, with its escapes resolved. The result is not
   * longer than the text with its escapes.
   *
   * @return where the written text ends in {@code out}
   */
  static int unescape(byte[] text, int from, int to, byte[] out, int outFrom) {
    int written = outFrom;
    int i = from;
    while (i < to) {
      byte b = text[i];
      if (b != '\\') {
        out[written++] = b;
        i++;
        continue;
      }
      byte kind = text[i + 1];
      if (kind == 'u') {
        int length = escapeLength(text, i, to);
        written = character(escapedCharacter(text, i, to, length), out, written);
        i += length;
        continue;
      }
      out[written++] =
          (byte)
              switch (kind) {
                case 'b' -> '\b';
                case 'f' -> '\f';
                case 'n' -> '\n';
                case 'r' -> '\r';
                case 't' -> '\t';
                default -> kind;
              };
      i += 2;
    }
    return written;
  }

  private static int escapedCharacter(byte[] text, int i, int to, int length) {
    int unit = Utf8.escapedUnit(text, i, to);
    return length == 6
        ? unit
        : Character.toCodePoint((char) unit, (char) Utf8.escapedUnit(text, i + 6, to));
  }

  private static int character(int point, byte[] out, int outFrom) {
    int written = outFrom;
    if (point < 0x80) {
      out[written++] = (byte) point;
    } else if (point < 0x800) {
      out[written++] = (byte) (0xC0 | point >> 6);
      out[written++] = (byte) (0x80 | (point & 0x3F));
    } else {
      if (point < 0x10000) {
        out[written++] = (byte) (0xE0 | point >> 12);
      } else {
        out[written++] = (byte) (0xF0 | point >> 18);
        out[written++] = (byte) (0x80 | ((point >> 12) & 0x3F));
      }
      out[written++] = (byte) (0x80 | ((point >> 6) & 0x3F));
      out[written++] = (byte) (0x80 | (point & 0x3F));
    }
    return written;
  }

  @Override
  public JsonToken current() {
    if (current == null) {
      throw new IllegalStateException("There is no current token");
    }
    return current;
  }

  @Override
  public String name() {
    return name(depth);
  }

  private String name(int level) {
    int from = nameStarts[level];
    return new String(bytes, from, nameEnds[level] - from, StandardCharsets.UTF_8);
  }

  @Override
  public FieldName name(NameRules rules) {
    return rules.name(bytes, nameStarts[depth], nameEnds[depth]);
  }

  @Override
  public String text() {
    int from = start + 1;
    int to = at - 1;
    if (!hasEscapes) {
      return new String(
          bytes,
          from,
          to - from,
          mayBeNotAscii ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
    }
    byte[] text = new byte[to - from];
    int length = unescape(bytes, from, to, text, 0);
    return new String(text, 0, length, StandardCharsets.UTF_8);
  }

  @Override
  public void copyText(DocumentBuffer document) {
    if (hasEscapes) {
      document.escapedText(bytes, start + 1, at - 1);
    } else {
      document.text(bytes, start + 1, at - 1);
    }
  }

  @Override
  public NumberReader.Type number(NumberReader reader) {
    return reader.read(bytes, start, at, current == JsonToken.VALUE_NUMBER_INT);
  }

  @Override
  public int tokenStart() {
    return start;
  }

  @Override
  public int tokenEnd() {
    return at;
  }

  @Override
  public void skipChildren() {
    if (current().isStructStart()) {
      int around = depth - 1;
      while (depth > around) {
        next();
      }
    }
  }

  @Override
  public byte[] bytes() {
    return bytes;
  }

  @Override
  public int limit() {
    return limit;
  }

  @Override
  public boolean mayEscapeSurrogates() {
    return false; // half of a pair is not plain
  }

  @Override
  public int depth() {
    return depth;
  }

  @Override
  public void appendPath(StringBuilder path, int eventDepth, int maxLength) {
    for (int level = eventDepth; level <= depth; level++) {
      if (indexes[level] >= 0) {
        path.append('[').append(indexes[level]).append(']');
      } else if (indexes[level] == IN_OBJECT && nameEnds[level] > 0) {
        path.append(level > eventDepth ? "." : "").append(name(level));
      }
    }
  }

  @Override
  public Position position() {
    return UNKNOWN; // only problems show a position, and before a problem the parser reads the text
    // again
  }

  @Override
  public void beforeProblem() {
    throw new NotPlainException();
  }
}
