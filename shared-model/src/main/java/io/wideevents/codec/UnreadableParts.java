package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the parser cannot get past though it is one event's fault: half a surrogate pair in a name,
 * and nesting past the parser's own limit. Found by a scan of a body that failed, and overwritten
 * there with text of the same length that can be read, so that the other events keep their places;
 * the event around it is refused for what stood there.
 *
 * <p>The scan follows texts and brackets and judges nothing else, so what lies inside an item that
 * nests too deep is not looked at. Takes time linear in the body. For one reader of one body.
 */
final class UnreadableParts {
  private static final int ESCAPE_LENGTH = "\\ud800".length();

  /** The first unreadable part of an event. */
  private record Part(int offset, EventProblem problem) {}

  private final byte[] body;
  private final int length;
  private final int maxParts;
  private final List<Part> parts = new ArrayList<>();

  private int line = 1;
  private int lineStart;
  private int depth;
  private boolean inArray;
  private int itemStart;
  private @Nullable Position tooDeep;
  private boolean itemHasPart;
  private boolean foundAny;
  private int next;

  private UnreadableParts(byte[] body, int length, int maxParts) {
    this.body = body;
    this.length = length;
    this.maxParts = maxParts;
  }

  /** Those of a body that has not been found to have any. */
  static UnreadableParts none() {
    return new UnreadableParts(new byte[0], 0, 0);
  }

  /**
   * Scans a body, and overwrites what it finds.
   *
   * @param maxParts how many are remembered; a body with as many events is refused as a whole
   */
  static UnreadableParts overwriteIn(byte[] body, int length, int maxParts) {
    UnreadableParts found = new UnreadableParts(body, length, maxParts);
    found.scan();
    return found;
  }

  boolean isEmpty() {
    return !foundAny;
  }

  /** What made the event in {@code [from, to)} unreadable; asked in the order of the events. */
  @Nullable EventProblem of(int from, int to) {
    while (next < parts.size() && parts.get(next).offset() < from) {
      next++;
    }
    return next < parts.size() && parts.get(next).offset() < to ? parts.get(next).problem() : null;
  }

  private void scan() {
    int at = 0;
    while (at < length) {
      switch (body[at]) {
        case '"' -> at = text(at);
        case '[', '{' -> open(at);
        case ']', '}' -> close(at);
        case '\n' -> newLine(at);
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
      // Newlines stay, for the places of what follows.
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

  /** Passes over a text; returns where its closing quote is, or the body's end. */
  private int text(int quote) {
    int firstHalf = -1;
    int at = quote + 1;
    while (at < length && body[at] != '"') {
      if (body[at] == '\\') {
        int unit = Utf8.escapedUnit(body, at, length);
        boolean isPair =
            unit >= Character.MIN_HIGH_SURROGATE
                && unit <= Character.MAX_HIGH_SURROGATE
                && isLow(Utf8.escapedUnit(body, at + ESCAPE_LENGTH, length));
        if (isPair) {
          at += 2 * ESCAPE_LENGTH;
          continue;
        }
        if (firstHalf < 0 && unit >= Character.MIN_SURROGATE && unit <= Character.MAX_SURROGATE) {
          firstHalf = at;
        }
        at += unit < 0 ? 2 : ESCAPE_LENGTH;
        continue;
      }
      if (body[at] == '\n') {
        newLine(at);
      }
      at++;
    }
    int end = Math.min(at, length);
    if (firstHalf >= 0 && isName(end)) {
      overwriteHalves(firstHalf, end);
    }
    return end;
  }

  private boolean isName(int closingQuote) {
    int at = closingQuote + 1;
    while (at < length && JsonText.isWhiteSpace(body[at])) {
      at++;
    }
    return at < length && body[at] == ':';
  }

  /** Makes {@code \\ud800} to {@code \\udfff} characters for private use, different ones. */
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
