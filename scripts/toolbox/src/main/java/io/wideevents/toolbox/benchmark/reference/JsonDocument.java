package io.wideevents.toolbox.benchmark.reference;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.types.ObjectId;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Parses JSON into a document for MongoDB, with a new {@code _id}. Checks nothing but the syntax.
 * Writes the bytes of the document itself, into one buffer for all documents, because the driver's
 * writer takes more time. Not safe for concurrent use.
 */
final class JsonDocument {
  // Longer than the fixed part of any value.
  private static final int SPARE_BYTES = 32;
  private static final int BYTES_FOR_A_CHARACTER = 3;

  private final JsonFactory factory = new JsonFactory();
  private byte[] bytes = new byte[16 * 1024];
  private ByteBuffer out = over(bytes);

  RawBsonDocument parse(byte[] json) {
    try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
      out.clear();
      parser.nextToken();
      int start = begin();
      name(BsonType.OBJECT_ID, "_id");
      out.put(new ObjectId().toByteArray());
      members(parser);
      end(start);
      return new RawBsonDocument(Arrays.copyOf(bytes, out.position()));
    }
  }

  private void members(JsonParser parser) {
    for (String name = parser.nextName(); name != null; name = parser.nextName()) {
      parser.nextToken();
      value(parser, name);
    }
  }

  private void elements(JsonParser parser) {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      value(parser, Integer.toString(i));
    }
  }

  private void value(JsonParser parser, String name) {
    switch (parser.currentToken()) {
      case START_OBJECT -> {
        name(BsonType.DOCUMENT, name);
        int start = begin();
        members(parser);
        end(start);
      }
      case START_ARRAY -> {
        name(BsonType.ARRAY, name);
        int start = begin();
        elements(parser);
        end(start);
      }
      case VALUE_NUMBER_INT -> integer(parser, name);
      case VALUE_NUMBER_FLOAT -> {
        name(BsonType.DOUBLE, name);
        out.putDouble(parser.getDoubleValue());
      }
      case VALUE_TRUE, VALUE_FALSE -> {
        name(BsonType.BOOLEAN, name);
        out.put((byte) (parser.getBooleanValue() ? 1 : 0));
      }
      case VALUE_NULL -> name(BsonType.NULL, name);
      default -> {
        name(BsonType.STRING, name);
        string(parser.getString());
      }
    }
  }

  private void integer(JsonParser parser, String name) {
    if (parser.getNumberType() == JsonParser.NumberType.INT) {
      name(BsonType.INT32, name);
      out.putInt(parser.getIntValue());
    } else {
      name(BsonType.INT64, name);
      out.putLong(parser.getLongValue());
    }
  }

  private void name(BsonType type, String name) {
    reserve(name.length() * BYTES_FOR_A_CHARACTER);
    out.put((byte) type.getValue());
    text(name);
    out.put((byte) 0);
  }

  private void string(String text) {
    reserve(text.length() * BYTES_FOR_A_CHARACTER);
    int at = out.position();
    out.putInt(0);
    text(text);
    out.put((byte) 0);
    out.putInt(at, out.position() - at - Integer.BYTES);
  }

  private void text(String text) {
    int at = out.position();
    int length = text.length();
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        out.put(text.getBytes(UTF_8));
        return;
      }
      bytes[at + i] = (byte) c;
    }
    out.position(at + length);
  }

  private int begin() {
    int start = out.position();
    out.putInt(0);
    return start;
  }

  private void end(int start) {
    reserve(0);
    out.put((byte) 0);
    out.putInt(start, out.position() - start);
  }

  private void reserve(int textBytes) {
    if (out.remaining() < textBytes + SPARE_BYTES) {
      int used = out.position();
      bytes = Arrays.copyOf(bytes, 2 * (bytes.length + textBytes));
      out = over(bytes).position(used);
    }
  }

  private static ByteBuffer over(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
