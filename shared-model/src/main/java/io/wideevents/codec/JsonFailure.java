package io.wideevents.codec;

import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;

/**
 * Explains why a text cannot be read. The parser's messages are not used, because they quote the
 * text.
 */
final class JsonFailure {
  private JsonFailure() {}

  /** The problem for an exception of the parser. */
  static EventProblem of(JacksonException e, EventText text) {
    // The parser reports an exceeded limit without a location.
    TokenStreamLocation location =
        e.getLocation() == null ? text.parser().currentLocation() : e.getLocation();
    Position position = positionOf(location, text.firstLine());
    if (e instanceof StreamConstraintsException) {
      return isTooDeep(text.parser())
          ? tooDeep(position)
          : malformed(
              "Too many names were chosen so that their hashes collide",
              "Send data as values, not as names",
              position);
    }
    if (e instanceof UnexpectedEndOfInputException) {
      return malformed(
          "The JSON text ends before it is complete",
          "Send the whole text; check that strings, objects and arrays are closed",
          position);
    }
    return malformed(
        "The text is not JSON here",
        "Send JSON as of RFC 8259: double quotes, no comments, no trailing commas, no NaN",
        position);
  }

  private static boolean isTooDeep(JsonParser parser) {
    return parser.streamReadContext().getNestingDepth() >= JsonText.MAX_PARSER_DEPTH;
  }

  static EventProblem tooDeep(Position position) {
    return new EventProblem(
        ProblemCode.TOO_DEEP.code(),
        "",
        "Objects and arrays nest deeper than " + JsonText.MAX_PARSER_DEPTH,
        "Flatten the event; deep values can be sent as text",
        position);
  }

  static EventProblem nameTooLong(int maxBytes, Position position) {
    return new EventProblem(
        ProblemCode.NAME_TOO_LONG.code(),
        "",
        "A name is longer than %d bytes".formatted(maxBytes),
        "Shorten the name; put the variable part into the value",
        position);
  }

  static EventProblem numberTooLong(int maxLength, Position position) {
    return new EventProblem(
        ProblemCode.NUMBER_OUT_OF_RANGE.code(),
        "",
        "A number is written with more than %d characters".formatted(maxLength),
        "Send it as a string, or with fewer digits",
        position);
  }

  static EventProblem textTooLarge(int maxEventBytes, Position position) {
    return new EventProblem(
        ProblemCode.EVENT_TOO_LARGE.code(),
        "",
        "A value of the event is longer than the %d bytes that are allowed for the whole event"
            .formatted(maxEventBytes),
        "Leave out large values, or split the event; the limit is the setting EVENT_MAX_BYTES",
        position);
  }

  static EventProblem malformed(String message, String fix, @Nullable Position position) {
    return new EventProblem(ProblemCode.MALFORMED_JSON.code(), "", message, fix, position);
  }

  /** More text after the only value. */
  static EventProblem trailing(EventText text) {
    return malformed(
        "There is more text after the end of the JSON value",
        "Send one object or one array; several objects go as NDJSON, one a line",
        position(text));
  }

  /** Several objects in one line: the sender joined the lines. */
  static EventProblem joinedLines(EventText text) {
    return malformed(
        "One object follows another, and the body has no line feed between them",
        "End each event with a line feed; with curl send a file by --data-binary @file, since -d"
            + " and --data take the line feeds out",
        position(text));
  }

  /** A value that is no object where an event is expected. */
  static EventProblem notAnObject(EventText text) {
    return new EventProblem(
        ProblemCode.NOT_AN_OBJECT.code(),
        "",
        "An event is a JSON object; this is another JSON value",
        "Send an object with requestId, service, route and timestamp",
        position(text));
  }

  /**
   * Bytes that are not UTF-8, or a byte order mark.
   *
   * @return null if the text has neither
   */
  static @Nullable EventProblem ofEncoding(byte[] bytes, int from, int to, long firstLine) {
    if (to - from >= 3
        && bytes[from] == (byte) 0xEF
        && bytes[from + 1] == (byte) 0xBB
        && bytes[from + 2] == (byte) 0xBF) {
      return new EventProblem(
          ProblemCode.BYTE_ORDER_MARK.code(),
          "",
          "The text starts with a byte order mark",
          "Send UTF-8 without the mark (in Python: utf-8, not utf-8-sig)",
          new Position(firstLine, 1));
    }
    int invalid = Utf8.firstInvalid(bytes, from, to);
    if (invalid < 0) {
      return null;
    }
    return new EventProblem(
        ProblemCode.INVALID_UTF8.code(),
        "",
        "The byte 0x%02x at offset %d does not start a UTF-8 character"
            .formatted(bytes[invalid], invalid),
        "Encode the text as UTF-8",
        positionOf(bytes, from, invalid, firstLine));
  }

  /** The position of the parser's current token. */
  static Position position(EventText text) {
    return positionOf(text.parser().currentTokenLocation(), text.firstLine());
  }

  private static Position positionOf(byte[] bytes, int from, int offset, long firstLine) {
    long line = firstLine;
    int lineStart = from;
    for (int i = from; i < offset; i++) {
      if (bytes[i] == '\n') {
        line++;
        lineStart = i + 1;
      }
    }
    return new Position(line, offset - lineStart + 1);
  }

  private static Position positionOf(TokenStreamLocation location, long firstLine) {
    return new Position(firstLine + location.getLineNr() - 1, Math.max(1, location.getColumnNr()));
  }
}
