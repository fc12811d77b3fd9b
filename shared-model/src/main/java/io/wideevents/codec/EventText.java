package io.wideevents.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamLocation;

/** A range of bytes that is read as JSON; valid UTF-8. */
final class EventText implements AutoCloseable {
  private final byte[] bytes;
  private final int from;
  private final int end;
  private final long firstLine;
  private final boolean mayEscapeSurrogates;
  private final JsonParser parser;

  private EventText(byte[] bytes, int from, int to, long firstLine, JsonParser parser) {
    this.bytes = bytes;
    this.from = from;
    this.end = to;
    this.firstLine = firstLine;
    this.mayEscapeSurrogates = Utf8.mayEscapeSurrogates(bytes, from, to);
    this.parser = parser;
  }

  /**
   * Opens a parser on {@code [from, to)}. The parser knows its position only until it is closed, so
   * a failure must be reported before closing.
   *
   * @param firstLine the line of the body that contains {@code from}, counted from 1
   */
  static EventText open(byte[] bytes, int from, int to, long firstLine) {
    return new EventText(bytes, from, to, firstLine, JsonText.parser(bytes, from, to));
  }

  /** As {@link #open}, with a limit on the size of a token. */
  static EventText openLimited(
      BodyParsers parsers, byte[] bytes, int from, int to, long firstLine) {
    return new EventText(bytes, from, to, firstLine, parsers.parser(bytes, from, to));
  }

  byte[] bytes() {
    return bytes;
  }

  int end() {
    return end;
  }

  /** The line of the body at which the parser's text begins. */
  long firstLine() {
    return firstLine;
  }

  /** Whether texts and names must be searched for unpaired surrogates. */
  boolean mayEscapeSurrogates() {
    return mayEscapeSurrogates;
  }

  JsonParser parser() {
    return parser;
  }

  /** An offset in {@link #bytes()}. */
  int offset(TokenStreamLocation location) {
    return from + (int) location.getByteOffset();
  }

  @Override
  public void close() {
    parser.close();
  }
}
