package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Parsers for posted bodies. They limit the memory of one name, text or number: the parser needs
 * several times a token's size, which no other limit counts. A token over a limit always breaks a
 * rule of the event; {@link UnreadableParts} finds the rule.
 *
 * <p>Safe for concurrent use.
 */
final class BodyParsers {
  /** A longer number is never exact: a Decimal128 has at most 6 176 decimal places. */
  static final int MAX_NUMBER_LENGTH = 16 * 1024;

  /**
   * The parser doubles its buffer for a name; the doubled size must not reject a name within the
   * limit.
   */
  private static final int NAME_SLACK = 4;

  private static final int LEAST_NAME_BYTES = 256;

  private final int maxNameBytes;
  private final int maxTextBytes;
  private final JsonFactory factory;

  BodyParsers(EventLimits limits) {
    this.maxNameBytes = limits.maxNameBytes();
    this.maxTextBytes = limits.maxEventBytes();
    StreamReadConstraints constraints =
        StreamReadConstraints.builder()
            .maxNestingDepth(JsonText.MAX_PARSER_DEPTH)
            .maxNameLength(Math.max(LEAST_NAME_BYTES, NAME_SLACK * maxNameBytes))
            .maxNumberLength(MAX_NUMBER_LENGTH)
            .maxStringLength(maxTextBytes)
            .build();
    this.factory = JsonText.factory(constraints);
  }

  JsonParser parser(byte[] bytes, int from, int to) {
    return factory.createParser(ObjectReadContext.empty(), bytes, from, to - from);
  }

  /** A longer name breaks a rule; the parser itself may accept a few times this length. */
  int maxNameBytes() {
    return maxNameBytes;
  }

  /** An event with a longer text is too large. */
  int maxTextBytes() {
    return maxTextBytes;
  }
}
