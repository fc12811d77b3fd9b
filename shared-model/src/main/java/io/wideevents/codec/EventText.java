package io.wideevents.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.TokenStreamLocation;

/** A part of some bytes being read as JSON; valid UTF-8. */
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
   * Opens a parser on {@code [from, to)}. Until it is closed it tells where reading has come to, so
   * it must be closed after a failure has been reported.
   *
   * @param firstLine the line of the body {@code from} stands in, counted from 1
   */
  static EventText open(byte[] bytes, int from, int to, long firstLine) {
    return new EventText(bytes, from, to, firstLine, JsonText.parser(bytes, from, to));
  }

  /** As {@link #open}, with a bound on what one token takes. */
  static EventText openLimited(
      BodyParsers parsers, byte[] bytes, int from, int to, long firstLine) {
    return new EventText(bytes, from, to, firstLine, parsers.parser(bytes, from, to));
  }

  /** The whole body or record value. */
  byte[] bytes() {
    return bytes;
  }

  /** Where the text ends in {@link #bytes}. */
  int end() {
    return end;
  }

  /** The line of the body at which the parser's text starts. */
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

  /** A place in {@link #bytes}. */
  int offset(TokenStreamLocation location) {
    return from + (int) location.getByteOffset();
  }

  /** Gives the parser's buffers back. */
  @Override
  public void close() {
    parser.close();
  }
}
