package io.wideevents.codec;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;
import org.bson.BsonReader;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes a stored event as JSON for people and programs: {@code eventId} instead of {@code _id},
 * dates as RFC 3339 in UTC, {@code _ingest.hash} in hex, every number with its exact value, as
 * digits if these are not more than some hundred. Writes plain JSON, never extended JSON: {@code
 * {"$date": 1}} in a posted event is returned unchanged.
 *
 * <p>Stateless and safe for concurrent use; blocks only for the stream it writes to.
 */
public final class EventJson {
  private static final JsonFactory JSON =
      JsonFactory.builder().disable(StreamWriteFeature.AUTO_CLOSE_TARGET).build();

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  // 1E+6144 has 24 bytes in MongoDB and 6145 digits, so an event of 1 MiB would become one of 250
  // MiB. No double has so many zeros, so a number with an exponent is read as a Decimal128 again.
  private static final int MAX_ZEROS = 350;

  private EventJson() {}

  /** The document as UTF-8 JSON, in a new array. */
  public static byte[] toBytes(BsonDocument document) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    write(document, out);
    return out.toByteArray();
  }

  /**
   * Writes the document as UTF-8 JSON, without a line break, and leaves the stream open.
   *
   * @throws tools.jackson.core.JacksonException if the stream fails
   */
  public static void write(BsonDocument document, OutputStream out) {
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
      write(document, json);
    }
  }

  /** As {@link #write(BsonDocument, OutputStream)}, as the next value of a larger text. */
  public static void write(BsonDocument document, JsonGenerator json) {
    try (BsonReader reader = document.asBsonReader()) {
      reader.readStartDocument();
      json.writeStartObject();
      while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
        String name = reader.readName();
        json.writeName(name.equals("_id") ? "eventId" : name);
        value(reader, json);
      }
      reader.readEndDocument();
      json.writeEndObject();
    }
  }

  /** Writes one value of an event as the next value of a larger text. */
  public static void writeValue(BsonValue value, JsonGenerator json) {
    try (BsonReader reader = new BsonDocument("value", value).asBsonReader()) {
      reader.readStartDocument();
      reader.readBsonType();
      reader.readName();
      value(reader, json);
    }
  }

  private static void object(BsonReader reader, JsonGenerator json) {
    reader.readStartDocument();
    json.writeStartObject();
    while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
      json.writeName(reader.readName());
      value(reader, json);
    }
    json.writeEndObject();
    reader.readEndDocument();
  }

  private static void array(BsonReader reader, JsonGenerator json) {
    reader.readStartArray();
    json.writeStartArray();
    while (reader.readBsonType() != BsonType.END_OF_DOCUMENT) {
      value(reader, json);
    }
    json.writeEndArray();
    reader.readEndArray();
  }

  private static void value(BsonReader reader, JsonGenerator json) {
    switch (reader.getCurrentBsonType()) {
      case DOCUMENT -> object(reader, json);
      case ARRAY -> array(reader, json);
      case STRING -> json.writeString(reader.readString());
      case INT32 -> json.writeNumber(reader.readInt32());
      case INT64 -> json.writeNumber(reader.readInt64());
      case DOUBLE -> json.writeNumber(reader.readDouble());
      case DECIMAL128 -> decimal(reader.readDecimal128(), json);
      case BOOLEAN -> json.writeBoolean(reader.readBoolean());
      case DATE_TIME -> json.writeString(TIME.format(Instant.ofEpochMilli(reader.readDateTime())));
      case BINARY -> json.writeString(text(reader.readBinaryData()));
      case OBJECT_ID -> json.writeString(reader.readObjectId().toHexString());
      case NULL -> {
        reader.readNull();
        json.writeNull();
      }
      // The pipeline writes no such type, but documents of other writers are shown as well.
      default -> {
        json.writeString("(" + reader.getCurrentBsonType() + ")");
        reader.skipValue();
      }
    }
  }

  private static void decimal(Decimal128 number, JsonGenerator json) {
    BigDecimal value;
    try {
      value = number.bigDecimalValue().stripTrailingZeros();
    } catch (ArithmeticException e) {
      // NaN, an infinity or negative zero, which only documents of other writers contain.
      json.writeString(number.toString());
      return;
    }
    json.writeNumber(
        Math.abs(value.scale()) > MAX_ZEROS ? value.toString() : value.toPlainString());
  }

  private static String text(BsonBinary binary) {
    boolean isUuid = binary.getType() == BsonBinarySubType.UUID_STANDARD.getValue();
    return isUuid && binary.getData().length == 16
        ? binary.asUuid().toString()
        : HexFormat.of().formatHex(binary.getData());
  }
}
