package io.wideevents.codec;

import io.wideevents.event.EventLimits;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/**
 * Parsers for posted bodies, which bound the memory that one name, text or number takes: the parser
 * needs several times a token's size, and no budget counts that. A token over a limit breaks a rule
 * of the event in any case; {@link UnreadableParts} finds which.
 *
 * <p>Safe for concurrent use.
 */
final class BodyParsers {
  /** No number needs more to be exact: a Decimal128 has up to 6 176 decimal places. */
  static final int MAX_NUMBER_LENGTH = 16 * 1024;

  /** The parser doubles its buffer for a name; the doubled size must not fail a name that fits. */
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

  /** A longer name breaks a rule; the parser itself may read one of a few times this length. */
  int maxNameBytes() {
    return maxNameBytes;
  }

  /** An event with a longer text is too large. */
  int maxTextBytes() {
    return maxTextBytes;
  }
}
