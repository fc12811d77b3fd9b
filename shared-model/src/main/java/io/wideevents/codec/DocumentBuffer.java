package io.wideevents.codec;

import io.wideevents.event.EventId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonBinaryWriter;
import org.bson.BsonWriter;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;

/**
 * The bytes of a document while it is written. {@code _id} comes first, as in MongoDB, though it is
 * known last. Not safe for concurrent use.
 */
final class DocumentBuffer {
  /** MongoDB's limit. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  /** Document length, type byte, {@code "_id"} with its NUL, binary length, binary subtype. */
  private static final int ID_OFFSET = 4 + 1 + 4 + 4 + 1;

  private static final BsonBinary NO_ID_YET =
      new BsonBinary(BsonBinarySubType.UUID_STANDARD, new byte[16]);

  private final TextBuffer buffer;
  private final BsonBinaryWriter writer;

  /**
   * @param expectedBytes approximate length of the document
   */
  DocumentBuffer(int expectedBytes) {
    this.buffer = new TextBuffer(expectedBytes);
    this.writer = new BsonBinaryWriter(buffer);
    writer.writeStartDocument();
    writer.writeBinaryData("_id", NO_ID_YET);
  }

  /** The writer of the fields after {@code _id}. */
  BsonWriter writer() {
    return writer;
  }

  RawBsonDocument finish(EventId id) {
    writer.writeEndDocument();
    byte[] bytes = buffer.getInternalBuffer();
    ByteBuffer.wrap(bytes)
        .putLong(ID_OFFSET, id.value().getMostSignificantBits())
        .putLong(ID_OFFSET + Long.BYTES, id.value().getLeastSignificantBits());
    return new RawBsonDocument(bytes, 0, buffer.getPosition());
  }

  /**
   * Writes texts and names as a whole: the driver writes character by character, which takes about
   * twice the time for a whole document. The pass rejects unpaired surrogates, and a NUL in a name.
   */
  private static final class TextBuffer extends BasicOutputBuffer {
    TextBuffer(int initialBytes) {
      super(initialBytes);
    }

    @Override
    public void writeString(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      writeInt32(utf8.length + 1);
      writeBytes(utf8, 0, utf8.length);
      writeByte(0);
    }

    @Override
    public void writeCString(String name) {
      byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
      writeBytes(utf8, 0, utf8.length);
      writeByte(0);
    }
  }
}
