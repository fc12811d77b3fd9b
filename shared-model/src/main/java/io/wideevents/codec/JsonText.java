package io.wideevents.codec;

import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;

/** The JSON settings of the codec: strict RFC 8259 in UTF-8. */
final class JsonText {
  /**
   * Nesting at which the parser fails. Far above our limits, so that an event that is too deep is
   * one rejected event and not a rejected body; far below the depth that would exhaust memory.
   */
  static final int MAX_PARSER_DEPTH = 100_000;

  /** For the values of records, which Kafka limits in size. All tokens of an accepted event fit. */
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
        // The bytes are UTF-8. Detecting UTF-16 would give the same bytes two meanings.
        .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
        .streamReadConstraints(constraints)
        .build();
  }

  static JsonParser parser(byte[] bytes, int from, int to) {
    return FACTORY.createParser(ObjectReadContext.empty(), bytes, from, to - from);
  }

  static void appendQuoted(StringBuilder json, String text) {
    json.append('"');
    JsonStringEncoder.getInstance().quoteAsString(text, json);
    json.append('"');
  }

  /** White space according to RFC 8259. */
  static boolean isWhiteSpace(byte b) {
    return b == ' ' || b == '\n' || b == '\r' || b == '\t';
  }
}
