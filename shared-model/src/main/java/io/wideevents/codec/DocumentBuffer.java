package io.wideevents.codec;

import io.wideevents.event.EventId;
import java.nio.ByteBuffer;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonBinaryWriter;
import org.bson.BsonWriter;
import org.bson.RawBsonDocument;
import org.bson.io.BasicOutputBuffer;

/**
 * The bytes of one document in the making. {@code _id} comes first in them, as MongoDB would put
 * it, though it is known last. Not safe for concurrent use.
 */
final class DocumentBuffer {
  /** MongoDB's own limit. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  /** Document length, type byte, {@code "_id"} with its NUL, binary length, binary subtype. */
  private static final int ID_OFFSET = 4 + 1 + 4 + 4 + 1;

  private static final BsonBinary NO_ID_YET =
      new BsonBinary(BsonBinarySubType.UUID_STANDARD, new byte[16]);

  private final BasicOutputBuffer buffer;
  private final BsonBinaryWriter writer;

  /**
   * @param expectedBytes about how long the document will be
   */
  DocumentBuffer(int expectedBytes) {
    this.buffer = new BasicOutputBuffer(expectedBytes);
    this.writer = new BsonBinaryWriter(buffer);
    writer.writeStartDocument();
    writer.writeBinaryData("_id", NO_ID_YET);
  }

  /** Stands inside the document, after {@code _id} and what was written since. */
  BsonWriter writer() {
    return writer;
  }

  /** Ends the document. */
  RawBsonDocument finish(EventId id) {
    writer.writeEndDocument();
    byte[] bytes = buffer.getInternalBuffer();
    ByteBuffer.wrap(bytes)
        .putLong(ID_OFFSET, id.value().getMostSignificantBits())
        .putLong(ID_OFFSET + Long.BYTES, id.value().getLeastSignificantBits());
    return new RawBsonDocument(bytes, 0, buffer.getPosition());
  }
}
