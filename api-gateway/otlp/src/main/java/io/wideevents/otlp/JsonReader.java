package io.wideevents.otlp;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.wideevents.codec.Utf8;
import io.wideevents.event.ProblemCode;
import java.math.BigInteger;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/**
 * Reads OTLP's JSON: protobuf's JSON mapping with hex digits for ids and numbers for enums. Names
 * of fields are in lowerCamelCase only, as OTLP requires.
 */
final class JsonReader implements MessageReader {
  private static final Set<String> HEX_FIELDS = Set.of("trace_id", "span_id", "parent_span_id");
  // Far above our limits, so that an item that is too deep is one rejected item.
  private static final int MAX_PARSER_DEPTH = 100_000;
  // A value in a list of keys and values is three messages deep. The deepest event has 90 levels.
  private static final int MAX_RECURSION = 300;
  private static final int MAX_NUMBER_LENGTH = 1000;

  private final JsonFactory factory;

  /**
   * @param maxTextBytes limit of one text, which bounds the parser's memory
   */
  JsonReader(int maxTextBytes) {
    this.factory =
        JsonFactory.builder()
            // Detecting UTF-16 would give the same bytes two meanings.
            .disable(TokenStreamFactory.Feature.CHARSET_DETECTION)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_PARSER_DEPTH)
                    .maxNumberLength(MAX_NUMBER_LENGTH)
                    .maxNameLength(maxTextBytes)
                    .maxStringLength(maxTextBytes)
                    .build())
            .build();
  }

  /** Checks that the whole body is UTF-8, because the parser accepts some invalid sequences. */
  @Override
  public void check(Part body) throws MalformedBodyException {
    if (Utf8.firstInvalid(body.bytes(), body.from(), body.to()) >= 0) {
      throw new MalformedBodyException("invalid_utf8", "The body is not valid UTF-8");
    }
  }

  @Override
  public void each(Part parent, FieldDescriptor field, PartSink sink)
      throws MalformedBodyException {
    try (JsonParser parser = open(parent)) {
      require(parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() != JsonToken.END_OBJECT) {
        boolean isWanted = parser.currentName().equals(field.getJsonName());
        JsonToken value = parser.nextToken();
        if (isWanted && value != JsonToken.VALUE_NULL) {
          if (field.isRepeated()) {
            require(value == JsonToken.START_ARRAY);
            while (parser.nextToken() != JsonToken.END_ARRAY) {
              object(parser, parent, sink);
            }
          } else {
            // The rest was read when the parent itself was found.
            object(parser, parent, sink);
            return;
          }
        } else {
          parser.skipChildren();
        }
      }
      require(parser.nextToken() == null);
    } catch (JacksonException e) {
      throw malformed();
    }
  }

  private static void object(JsonParser parser, Part parent, PartSink sink)
      throws MalformedBodyException {
    require(parser.currentToken() == JsonToken.START_OBJECT);
    int from = parent.from() + (int) parser.currentTokenLocation().getByteOffset();
    parser.skipChildren();
    int to = parent.from() + (int) parser.currentLocation().getByteOffset();
    sink.accept(new Part(parent.bytes(), from, to));
  }

  @Override
  public void decode(Part part, Message.Builder into)
      throws MalformedBodyException, RejectedItemException {
    try (JsonParser parser = open(part)) {
      parser.nextToken();
      message(parser, into, 1);
    } catch (JacksonException e) {
      // The text was found to be JSON before. What is left are the limits of the parser.
      throw new RejectedItemException(
          ProblemCode.EVENT_TOO_LARGE,
          "",
          "A text, name or number is too long to be read",
          "Shorten it; the limit of a text is the setting EVENT_MAX_BYTES");
    }
  }

  private static void message(JsonParser parser, Message.Builder into, int depth)
      throws RejectedItemException {
    if (depth > MAX_RECURSION) {
      throw new RejectedItemException(
          ProblemCode.TOO_DEEP, "", "A value nests too deep", "Flatten the value");
    }
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      FieldDescriptor field = field(into, parser.currentName());
      JsonToken value = parser.nextToken();
      // Protobuf's JSON mapping: null is the default value.
      if (field == null || value == JsonToken.VALUE_NULL) {
        parser.skipChildren();
      } else if (field.isRepeated()) {
        check(value == JsonToken.START_ARRAY, field);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          into.addRepeatedField(field, value(parser, field, into, depth));
        }
      } else {
        into.setField(field, value(parser, field, into, depth));
      }
    }
  }

  private static @Nullable FieldDescriptor field(Message.Builder builder, String name) {
    for (FieldDescriptor field : builder.getDescriptorForType().getFields()) {
      if (field.getJsonName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static Object value(
      JsonParser parser, FieldDescriptor field, Message.Builder parent, int depth)
      throws RejectedItemException {
    JsonToken token = parser.currentToken();
    return switch (field.getJavaType()) {
      case MESSAGE -> {
        check(token == JsonToken.START_OBJECT, field);
        Message.Builder child = parent.newBuilderForField(field);
        message(parser, child, depth + 1);
        yield child.build();
      }
      case STRING -> text(parser, field);
      case BYTE_STRING -> bytes(text(parser, field), field);
      case BOOLEAN -> {
        check(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, field);
        yield token == JsonToken.VALUE_TRUE;
      }
      case DOUBLE -> decimal(parser, field);
      case FLOAT -> (float) decimal(parser, field);
      // Unsigned fields are kept in the same bits.
      case INT -> (int) integer(parser, field, Integer.SIZE);
      case LONG -> integer(parser, field, Long.SIZE);
      case ENUM -> {
        check(token == JsonToken.VALUE_NUMBER_INT, field);
        yield field
            .getEnumType()
            .findValueByNumberCreatingIfUnknown((int) integer(parser, field, Integer.SIZE));
      }
    };
  }

  private static String text(JsonParser parser, FieldDescriptor field)
      throws RejectedItemException {
    check(parser.currentToken() == JsonToken.VALUE_STRING, field);
    String text = parser.getString();
    if (Utf8.hasUnpairedSurrogate(text)) {
      throw new RejectedItemException(
          ProblemCode.UNPAIRED_SURROGATE,
          field.getJsonName(),
          "A text has half of a surrogate pair, which is no character",
          "Do not cut text between the two halves of a pair");
    }
    return text;
  }

  /** Hex digits, or base64 in either of its alphabets. */
  private static ByteString bytes(String text, FieldDescriptor field) throws RejectedItemException {
    try {
      return ByteString.copyFrom(
          HEX_FIELDS.contains(field.getName())
              ? HexFormat.of().parseHex(text)
              : Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/')));
    } catch (IllegalArgumentException e) {
      throw wrongType(field);
    }
  }

  private static double decimal(JsonParser parser, FieldDescriptor field)
      throws RejectedItemException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    String text = text(parser, field);
    try {
      // Also reads NaN, Infinity and -Infinity, which protobuf's JSON mapping writes as texts.
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw wrongType(field);
    }
  }

  /**
   * A number or a decimal text. Senders without unsigned types write large unsigned numbers as
   * negative ones.
   *
   * @param bits of the field, including the sign if it has one
   */
  private static long integer(JsonParser parser, FieldDescriptor field, int bits)
      throws RejectedItemException {
    boolean isUnsigned =
        switch (field.getType()) {
          case UINT32, UINT64, FIXED32, FIXED64 -> true;
          default -> false;
        };
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
      // JavaScript writes large whole numbers with an exponent.
      double value = parser.getDoubleValue();
      check(value == Math.rint(value) && Math.abs(value) < Math.scalb(1.0, bits - 1), field);
      return (long) value;
    }
    check(
        parser.currentToken() == JsonToken.VALUE_STRING
            || parser.currentToken() == JsonToken.VALUE_NUMBER_INT,
        field);
    String text = parser.getString();
    check(text.length() <= MAX_NUMBER_LENGTH, field);
    try {
      BigInteger value = new BigInteger(text);
      check(value.bitLength() <= (isUnsigned && value.signum() > 0 ? bits : bits - 1), field);
      return value.longValue();
    } catch (NumberFormatException e) {
      throw wrongType(field);
    }
  }

  private JsonParser open(Part part) {
    return factory.createParser(
        ObjectReadContext.empty(), part.bytes(), part.from(), part.length());
  }

  private static void check(boolean isRight, FieldDescriptor field) throws RejectedItemException {
    if (!isRight) {
      throw wrongType(field);
    }
  }

  private static RejectedItemException wrongType(FieldDescriptor field) {
    return new RejectedItemException(
        ProblemCode.WRONG_TYPE,
        field.getJsonName(),
        field.getJsonName() + " has a value of another type",
        "Send it as OTLP's JSON encoding requires: ids in hex digits, enums as numbers");
  }

  private static void require(boolean isRight) throws MalformedBodyException {
    if (!isRight) {
      throw malformed();
    }
  }

  private static MalformedBodyException malformed() {
    return new MalformedBodyException("malformed_json", "The body is not a JSON message of OTLP");
  }
}
