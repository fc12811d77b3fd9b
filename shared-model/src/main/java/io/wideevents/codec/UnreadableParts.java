package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds parts of a body that stop the parser though only one event is invalid: half a surrogate
 * pair in a name, nesting beyond the parser's own limit, and names, texts and numbers over the
 * limits of {@link BodyParsers}. A scan of a body that failed finds these parts and overwrites them
 * with readable text of the same length, so that the positions of the other events do not change.
 * The event with such a part is rejected for its original content.
 *
 * <p>The scan follows only texts and brackets, so it does not check what is inside an item that
 * nests too deep. Takes time linear in the body. For one reader of one body.
 */
final class UnreadableParts {
  private static final int ESCAPE_LENGTH = "\\ud800".length();

  private record Part(int offset, EventProblem problem) {}

  private final byte[] body;
  private final int from;
  private final int length;
  private final int maxParts;
  private final int maxNameBytes;
  private final int maxTextBytes;
  private final List<Part> parts = new ArrayList<>();

  private long line;
  private int lineStart;
  private int depth;
  private boolean inArray;
  private int itemStart;
  private @Nullable Position tooDeep;
  private boolean itemHasPart;
  private boolean foundAny;
  private int next;

  private UnreadableParts(
      byte[] body,
      int from,
      int to,
      long firstLine,
      int maxParts,
      int maxNameBytes,
      int maxTextBytes) {
    this.body = body;
    this.from = from;
    this.length = to;
    this.line = firstLine;
    this.lineStart = from;
    this.maxParts = maxParts;
    this.maxNameBytes = maxNameBytes;
    this.maxTextBytes = maxTextBytes;
  }

  /** For a body in which none were found. */
  static UnreadableParts none() {
    return new UnreadableParts(new byte[0], 0, 0, 1, 0, 0, 0);
  }

  /**
   * Scans {@code [from, to)} of a body, and overwrites the unreadable parts.
   *
   * @param firstLine the line that contains {@code from}
   * @param maxParts how many are remembered; a body with as many events is rejected as a whole
   * @param limits what the parser can read
   */
  static UnreadableParts overwriteIn(
      byte[] body, int from, int to, long firstLine, int maxParts, BodyParsers limits) {
    UnreadableParts found =
        new UnreadableParts(
            body, from, to, firstLine, maxParts, limits.maxNameBytes(), limits.maxTextBytes());
    found.scan();
    return found;
  }

  boolean isEmpty() {
    return !foundAny;
  }

  /** What made the event in {@code [from, to)} unreadable; called in the order of the events. */
  @Nullable EventProblem of(int from, int to) {
    while (next < parts.size() && parts.get(next).offset() < from) {
      next++;
    }
    return next < parts.size() && parts.get(next).offset() < to ? parts.get(next).problem() : null;
  }

  private void scan() {
    int at = from;
    while (at < length) {
      switch (body[at]) {
        case '"' -> at = text(at);
        case '[', '{' -> open(at);
        case ']', '}' -> close(at);
        case '\n' -> newLine(at);
        case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> at = number(at);
        default -> {}
      }
      at++;
    }
  }

  private void newLine(int at) {
    line++;
    lineStart = at + 1;
  }

  private void open(int at) {
    depth++;
    if (depth == 1) {
      inArray = body[at] == '[';
      itemHasPart = false;
    } else if (depth == 2 && inArray) {
      itemStart = at;
      itemHasPart = false;
    } else if (inArray && depth > JsonText.MAX_PARSER_DEPTH && tooDeep == null) {
      tooDeep = position(at);
    }
  }

  private void close(int at) {
    if (depth == 2 && tooDeep != null) {
      // Newlines are kept, so that the positions of later text do not change.
      for (int i = itemStart + 2; i <= at; i++) {
        if (body[i] != '\n') {
          body[i] = ' ';
        }
      }
      body[itemStart] = '{';
      body[itemStart + 1] = '}';
      if (itemHasPart) {
        parts.removeLast();
      }
      itemHasPart = false;
      add(itemStart, JsonFailure.tooDeep(tooDeep));
      tooDeep = null;
    }
    depth--;
  }

  /** Skips a text; returns the offset of its closing quote, or the body's end. */
  private int text(int quote) {
    int firstHalf = -1;
    int bytes = 0;
    int at = quote + 1;
    while (at < length && body[at] != '"') {
      if (body[at] == '\\') {
        int unit = Utf8.escapedUnit(body, at, length);
        boolean isPair =
            unit >= Character.MIN_HIGH_SURROGATE
                && unit <= Character.MAX_HIGH_SURROGATE
                && isLow(Utf8.escapedUnit(body, at + ESCAPE_LENGTH, length));
        if (isPair) {
          bytes += 4;
          at += 2 * ESCAPE_LENGTH;
          continue;
        }
        if (firstHalf < 0 && unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE) {
          firstHalf = at;
        }
        bytes += unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
        at += unit < 0 ? 2 : ESCAPE_LENGTH;
        continue;
      }
      if (body[at] == '\n') {
        newLine(at);
      }
      bytes++;
      at++;
    }
    int end = Math.min(at, length);
    boolean isLong = bytes > Math.min(maxNameBytes, maxTextBytes);
    if ((firstHalf >= 0 || isLong) && end < length) {
      text(quote, end, firstHalf, bytes);
    }
    return end;
  }

  /**
   * @param firstHalf where the first half of a surrogate pair is; -1 if there is none
   * @param bytes length of the text with its escapes resolved
   */
  private void text(int quote, int end, int firstHalf, int bytes) {
    if (!isName(end)) {
      if (bytes > maxTextBytes) {
        add(quote, tooLarge(quote));
        overwrite(quote, end + 1, "\"\"");
      }
      return;
    }
    if (firstHalf >= 0) {
      overwriteHalves(firstHalf, end);
    }
    if (bytes > maxNameBytes) {
      add(quote, JsonFailure.nameTooLong(maxNameBytes, position(quote)));
      overwrite(quote, end + 1, "\"\"");
    }
  }

  /** Skips a number; returns the offset of its last character. */
  private int number(int start) {
    int end = start + 1;
    while (end < length && isNumberPart(body[end])) {
      end++;
    }
    if (end - start > Math.min(BodyParsers.MAX_NUMBER_LENGTH, maxTextBytes)) {
      add(
          start,
          end - start > maxTextBytes
              ? tooLarge(start)
              : JsonFailure.numberTooLong(BodyParsers.MAX_NUMBER_LENGTH, position(start)));
      overwrite(start, end, "0");
    }
    return end - 1;
  }

  private static boolean isNumberPart(byte b) {
    return (b >= '0' && b <= '9') || b == '.' || b == 'e' || b == 'E' || b == '+' || b == '-';
  }

  private EventProblem tooLarge(int at) {
    return JsonFailure.textTooLarge(maxTextBytes, position(at));
  }

  /** Overwrites an unreadable value with a readable one. Line feeds are kept. */
  private void overwrite(int from, int to, String value) {
    for (int i = from; i < to; i++) {
      if (body[i] != '\n') {
        body[i] = ' ';
      }
    }
    for (int i = 0; i < value.length(); i++) {
      body[from + i] = (byte) value.charAt(i);
    }
  }

  private boolean isName(int closingQuote) {
    int at = closingQuote + 1;
    while (at < length && JsonText.isWhiteSpace(body[at])) {
      at++;
    }
    return at < length && body[at] == ':';
  }

  /** Replaces {@code \\ud800} to {@code \\udfff} by different characters for private use. */
  private void overwriteHalves(int from, int to) {
    add(
        from,
        new EventProblem(
            ProblemCode.UNPAIRED_SURROGATE.code(),
            "",
            "A name has half of a surrogate pair, which is no character",
            "Do not cut text between the two halves of a pair",
            position(from)));
    int at = from;
    while (at < to) {
      int unit = body[at] == '\\' ? Utf8.escapedUnit(body, at, length) : -1;
      if (unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE) {
        body[at + 2] = 'e';
        body[at + 3] = (byte) ('0' + (unit >> 8 & 0x7));
      }
      at += body[at] != '\\' ? 1 : unit < 0 ? 2 : ESCAPE_LENGTH;
    }
  }

  private void add(int offset, EventProblem problem) {
    foundAny = true;
    if (!itemHasPart && parts.size() <= maxParts) {
      parts.add(new Part(offset, problem));
      itemHasPart = true;
    }
  }

  private Position position(int at) {
    return new Position(line, at - lineStart + 1);
  }

  private static boolean isLow(int unit) {
    return unit >= Character.MIN_LOW_SURROGATE && unit <= Character.MAX_LOW_SURROGATE;
  }
}
