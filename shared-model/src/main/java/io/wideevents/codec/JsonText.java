package io.wideevents.codec;

import java.io.OutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/** The one JSON dialect of the codec: RFC 8259 in UTF-8, without any leniency. */
final class JsonText {
  /**
   * Nesting at which the parser gives up. Far above any limit of ours, so that an event that is too
   * deep is one bad event and not a bad body; far below what would exhaust memory.
   */
  static final int MAX_PARSER_DEPTH = 100_000;

  /** For the values of records, which Kafka bounds; the tokens of an accepted event all fit. */
  private static final JsonFactory FACTORY =
      factory(
          StreamReadConstraints.builder()
              .maxNestingDepth(MAX_PARSER_DEPTH)
              .maxNameLength(Integer.MAX_VALUE)
              .maxNumberLength(Integer.MAX_VALUE)
              .maxStringLength(Integer.MAX_VALUE)
              .build());

  private JsonText() {}

  static JsonFactory factory(StreamReadConstraints constraints) {
    return JsonFactory.builder()
        // Bytes are UTF-8, as declared: guessing UTF-16 would give the same bytes two meanings.
        .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
        .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
        .streamReadConstraints(constraints)
        .build();
  }

  static JsonParser parser(byte[] bytes, int from, int to) {
    return FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from);
  }

  /** A generator that leaves the stream open when it is closed. */
  static JsonGenerator generator(OutputStream out) {
    return FACTORY.createGenerator(ObjectWriteContext.empty(), out);
  }

  static void appendQuoted(StringBuilder json, String text) {
    json.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    json.append('"');
  }

  /** White space as RFC 8259 has it. */
  static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
