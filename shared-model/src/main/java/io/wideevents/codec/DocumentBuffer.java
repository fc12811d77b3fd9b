package io.wideevents.codec;

import io.wideevents.event.EventId;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bson.BsonType;
import org.bson.RawBsonDocument;
import org.bson.types.Decimal128;

/**
 * A BSON document while it is written, in one reused array. {@code _id} comes first, as in MongoDB,
 * though it is known last. Not safe for concurrent use.
 *
 * <p>Does not use the driver's writer: its checks, contexts and copies of each name and text made
 * up half of the garbage of a decoded record.
 *
 * <p>The caller keeps the order of a valid document: a name before each value of an object, and an
 * end for each start. Names have no NUL.
 */
final class DocumentBuffer {
  /** MongoDB's limit. */
  static final int MAX_BYTES = 16 * 1024 * 1024;

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle BIG_ENDIAN_LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final byte[] ID = Utf8.ascii("_id");
  private static final int ID_BYTES = 2 * Long.BYTES;
  private static final byte SUBTYPE_BINARY = 0;
  private static final byte SUBTYPE_UUID = 4;

  private static final int FIRST_BYTES = 2048;

  /** An array that has grown larger is not used for the next document. */
  private static final int MAX_KEPT_BYTES = 1 << 16;

  private static final int OBJECT = -1;
  private static final int MAX_INT_DIGITS = 10;

  private byte[] bytes = new byte[FIRST_BYTES];
  private int length;
  private int idOffset;

  /** Where the type of the value belongs whose name was written last. */
  private int typeOffset;

  // The open objects and arrays: where each begins, and the number of an array's next item.
  private int[] starts = new int[16];
  private int[] nextItems = new int[16];
  private int depth;

  /** Starts a new document with {@code _id}. */
  void clear() {
    if (bytes.length > MAX_KEPT_BYTES) {
      bytes = new byte[FIRST_BYTES];
    }
    length = 0;
    depth = 0;
    open(OBJECT);
    name(ID);
    binary(BsonType.BINARY, SUBTYPE_UUID, ID_BYTES);
    idOffset = length;
    length += ID_BYTES;
  }

  /** Writes the name of the next value. */
  void name(byte[] utf8) {
    ensure(utf8.length + 2);
    typeOffset = length++;
    System.arraycopy(utf8, 0, bytes, length, utf8.length);
    length += utf8.length;
    bytes[length++] = 0;
  }

  void startObject() {
    value(BsonType.DOCUMENT, 0);
    open(OBJECT);
  }

  void startArray() {
    value(BsonType.ARRAY, 0);
    open(0);
  }

  /** Ends the object or array that was started last. */
  void end() {
    ensure(1);
    bytes[length++] = 0;
    depth--;
    INTS.set(bytes, starts[depth], length - starts[depth]);
  }

  /** Writes a text; half of a surrogate pair, which is no character, becomes a question mark. */
  void text(String text) {
    int start = startText();
    raw(text.getBytes(StandardCharsets.UTF_8));
    endText(start);
  }

  /** Writes the text in {@code [from, to)}, which is valid UTF-8. */
  void text(byte[] utf8, int from, int to) {
    value(BsonType.STRING, Integer.BYTES + to - from + 1);
    int count = to - from;
    INTS.set(bytes, length, count + 1);
    length += Integer.BYTES;
    System.arraycopy(utf8, from, bytes, length, count);
    length += count;
    bytes[length++] = 0;
  }

  /** As {@link #text(byte[], int, int)}, for a text of JSON whose escapes are to be resolved. */
  void escapedText(byte[] json, int from, int to) {
    int start = startText();
    ensure(to - from);
    length = PlainTokens.unescape(json, from, to, bytes, length);
    endText(start);
  }

  void number(int value) {
    value(BsonType.INT32, Integer.BYTES);
    int32(value);
  }

  void number(long value) {
    value(BsonType.INT64, Long.BYTES);
    int64(value);
  }

  void number(double value) {
    value(BsonType.DOUBLE, Long.BYTES);
    int64(Double.doubleToRawLongBits(value));
  }

  void number(Decimal128 value) {
    value(BsonType.DECIMAL128, 2 * Long.BYTES);
    int64(value.getLow());
    int64(value.getHigh());
  }

  void date(long epochMillis) {
    value(BsonType.DATE_TIME, Long.BYTES);
    int64(epochMillis);
  }

  void bool(boolean value) {
    value(BsonType.BOOLEAN, 1);
    bytes[length++] = (byte) (value ? 1 : 0);
  }

  void nothing() {
    value(BsonType.NULL, 0);
  }

  void binary(byte[] value) {
    binary(BsonType.BINARY, SUBTYPE_BINARY, value.length);
    raw(value);
  }

  /** Ends the document and returns it. This buffer may be used for the next one at once. */
  RawBsonDocument finish(EventId id) {
    end();
    BIG_ENDIAN_LONGS.set(bytes, idOffset, id.value().getMostSignificantBits());
    BIG_ENDIAN_LONGS.set(bytes, idOffset + Long.BYTES, id.value().getLeastSignificantBits());
    if (bytes.length <= MAX_KEPT_BYTES) {
      return new RawBsonDocument(Arrays.copyOf(bytes, length));
    }
    byte[] large = bytes;
    bytes = new byte[FIRST_BYTES];
    // A document is counted with its size, so it keeps no array that is much larger.
    return large.length - length > length / 4
        ? new RawBsonDocument(Arrays.copyOf(large, length))
        : new RawBsonDocument(large, 0, length);
  }

  /** Bytes of memory that this buffer takes. */
  int capacity() {
    return bytes.length;
  }

  private void open(int firstItem) {
    if (depth == starts.length) {
      starts = Arrays.copyOf(starts, 2 * depth);
      nextItems = Arrays.copyOf(nextItems, 2 * depth);
    }
    starts[depth] = length;
    nextItems[depth] = firstItem;
    depth++;
    ensure(Integer.BYTES);
    length += Integer.BYTES;
  }

  /** Writes the type of the next value, after the name of an array's item, and reserves bytes. */
  private void value(BsonType type, int size) {
    int item = nextItems[depth - 1];
    if (item != OBJECT) {
      nextItems[depth - 1] = item + 1;
      itemName(item);
    }
    bytes[typeOffset] = (byte) type.getValue();
    ensure(size);
  }

  /** Writes the name of an array's item, which is its decimal number, without a string for it. */
  private void itemName(int item) {
    ensure(2 + MAX_INT_DIGITS);
    typeOffset = length++;
    int digits = 1;
    for (int rest = item; rest >= 10; rest /= 10) {
      digits++;
    }
    int rest = item;
    for (int i = length + digits - 1; i >= length; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
    bytes[length++] = 0;
  }

  private void binary(BsonType type, byte subtype, int size) {
    value(type, Integer.BYTES + 1 + size);
    int32(size);
    bytes[length++] = subtype;
  }

  /** Starts a text and returns where its length belongs. */
  private int startText() {
    value(BsonType.STRING, Integer.BYTES);
    int start = length;
    length += Integer.BYTES;
    return start;
  }

  private void endText(int start) {
    ensure(1);
    bytes[length++] = 0;
    INTS.set(bytes, start, length - start - Integer.BYTES);
  }

  private void raw(byte[] more) {
    ensure(more.length);
    System.arraycopy(more, 0, bytes, length, more.length);
    length += more.length;
  }

  private void int32(int value) {
    INTS.set(bytes, length, value);
    length += Integer.BYTES;
  }

  private void int64(long value) {
    LONGS.set(bytes, length, value);
    length += Long.BYTES;
  }

  private void ensure(int more) {
    if (bytes.length - length < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.multiplyExact(bytes.length, 2), length + more));
    }
  }
}
