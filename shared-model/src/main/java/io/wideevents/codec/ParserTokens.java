package io.wideevents.codec;

import io.wideevents.event.EventProblem.Position;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;

/** The tokens of a JSON parser. Their positions show where an event breaks a rule. */
final class ParserTokens implements EventTokens {
  private final EventText text;
  private final JsonParser parser;

  ParserTokens(EventText text) {
    this.text = text;
    this.parser = text.parser();
  }

  @Override
  public JsonToken next() {
    return parser.nextToken();
  }

  @Override
  public boolean isAtEnd() {
    return parser.nextToken() == null;
  }

  @Override
  public JsonToken current() {
    return parser.currentToken();
  }

  @Override
  public String name() {
    return parser.currentName();
  }

  @Override
  public FieldName name(NameRules rules) {
    return rules.name(parser.currentName());
  }

  @Override
  public String text() {
    return parser.getString();
  }

  @Override
  public void copyText(DocumentBuffer document) {
    document.text(parser.getString());
  }

  @Override
  public NumberReader.Type number(NumberReader reader) {
    byte[] number = Utf8.ascii(parser.getString());
    return reader.read(
        number, 0, number.length, parser.currentToken() == JsonToken.VALUE_NUMBER_INT);
  }

  @Override
  public int tokenStart() {
    return text.offset(parser.currentTokenLocation());
  }

  @Override
  public int tokenEnd() {
    parser.finishToken();
    return text.offset(parser.currentLocation());
  }

  @Override
  public void skipChildren() {
    parser.skipChildren();
  }

  @Override
  public byte[] bytes() {
    return text.bytes();
  }

  @Override
  public int limit() {
    return text.end();
  }

  @Override
  public boolean mayEscapeSurrogates() {
    return text.mayEscapeSurrogates();
  }

  @Override
  public int depth() {
    return parser.streamReadContext().getNestingDepth();
  }

  @Override
  public void appendPath(StringBuilder path, int eventDepth, int maxLength) {
    appendPath(path, parser.streamReadContext(), eventDepth, maxLength);
  }

  private static void appendPath(
      StringBuilder path, @Nullable TokenStreamContext context, int eventDepth, int maxLength) {
    if (context == null || context.getNestingDepth() < eventDepth) {
      return;
    }
    appendPath(path, context.getParent(), eventDepth, maxLength);
    if (context.inArray() && context.hasCurrentIndex()) {
      path.append('[').append(context.getCurrentIndex()).append(']');
    } else if (context.inObject() && context.hasCurrentName()) {
      if (context.getNestingDepth() > eventDepth) {
        path.append('.');
      }
      String name = context.currentName();
      path.append(name, 0, Math.min(name.length(), maxLength));
    }
  }

  @Override
  public Position position() {
    return JsonFailure.position(text);
  }

  @Override
  public void beforeProblem() {
    // The parser already knows the position.
  }
}
