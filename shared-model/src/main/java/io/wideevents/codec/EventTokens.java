package io.wideevents.codec;

import io.wideevents.event.EventProblem.Position;
import tools.jackson.core.JsonToken;

/**
 * The JSON tokens of an event's text, one after the other. {@link ParserTokens} reads every text
 * and knows positions. {@link PlainTokens} is faster, and throws at a text that it cannot read.
 */
sealed interface EventTokens permits ParserTokens, PlainTokens {
  /** The next token. Called only if a value, or the end of an object or array, must follow. */
  JsonToken next();

  /** Whether only white space follows. Called once, after the last token of the text. */
  boolean isAtEnd();

  /** The token read last. */
  JsonToken current();

  /** The name read last. */
  String name();

  /** The name read last, with what the rules say about this name. */
  FieldName name(NameRules rules);

  /** The current text. */
  String text();

  /** Writes the current text as the next value of the document. */
  void copyText(DocumentBuffer document);

  /** Reads the current number. */
  NumberReader.Type number(NumberReader reader);

  /** Where the current token begins, in {@link #bytes}. */
  int tokenStart();

  /** Where the current token ends, in {@link #bytes}. */
  int tokenEnd();

  /** Moves to the last token of the current value. */
  void skipChildren();

  /** The array that contains the text; valid UTF-8. */
  byte[] bytes();

  /** Where the text ends, in {@link #bytes}. */
  int limit();

  /** Whether texts must be searched for unpaired surrogates. */
  boolean mayEscapeSurrogates();

  /** The number of open objects and arrays. Includes the one that the current token begins. */
  int depth();

  /**
   * Appends the path of the current token.
   *
   * @param eventDepth the depth of the event's own object, where the path begins
   * @param maxLength the maximum number of characters of each name
   */
  void appendPath(StringBuilder path, int eventDepth, int maxLength);

  /** The position of the current token, for a problem. */
  Position position();

  /** Called before a problem is recorded, because the problem needs an exact position. */
  void beforeProblem();
}
