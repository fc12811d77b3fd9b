package io.wideevents.query.search;

import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import org.bson.BsonBinary;
import org.bson.BsonBinarySubType;
import org.bson.BsonDocument;

/**
 * Where the next page of a search begins: after this event, in the same range and order. Immutable.
 *
 * @param timestampMillis of the last event of the page before
 * @param id of that event
 */
public record SearchCursor(TimeRange range, SearchOrder order, long timestampMillis, UUID id) {
  private static final byte VERSION = 1;
  private static final byte NEWEST_FIRST = 0;
  private static final byte OLDEST_FIRST = 1;
  private static final UUID MIN = new UUID(0, 0);
  private static final UUID MAX = new UUID(-1, -1);
  private static final int BYTES = 2 + 5 * Long.BYTES;

  static SearchCursor after(BsonDocument event, TimeRange range, SearchOrder order) {
    boolean hasUuid =
        event.get("_id") instanceof BsonBinary id
            && id.getType() == BsonBinarySubType.UUID_STANDARD.getValue()
            && id.getData().length == 2 * Long.BYTES;
    // An event of another writer may have another id. The next page then begins after all events
    // with its timestamp.
    UUID last = order == SearchOrder.ASC ? MAX : MIN;
    return new SearchCursor(
        range,
        order,
        event.getDateTime("timestamp").getValue(),
        hasUuid ? event.getBinary("_id").asUuid() : last);
  }

  /** The text that a caller sends to get the next page. */
  public String encoded() {
    ByteBuffer bytes =
        ByteBuffer.allocate(BYTES)
            .put(VERSION)
            .put(order == SearchOrder.DESC ? NEWEST_FIRST : OLDEST_FIRST)
            .putLong(range.from().toEpochMilli())
            .putLong(range.to().toEpochMilli())
            .putLong(timestampMillis)
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits());
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
  }

  /**
   * Reads what {@link #encoded} returned.
   *
   * @throws QueryException {@code cursor_invalid} for any other text
   */
  public static SearchCursor decode(String text) {
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
      byte version = bytes.get();
      byte order = bytes.get();
      if (version != VERSION
          || bytes.capacity() != BYTES
          || order > OLDEST_FIRST
          || order < NEWEST_FIRST) {
        throw invalid();
      }
      Instant from = Instant.ofEpochMilli(bytes.getLong());
      Instant to = Instant.ofEpochMilli(bytes.getLong());
      SearchCursor cursor =
          new SearchCursor(
              new TimeRange(from, to),
              order == NEWEST_FIRST ? SearchOrder.DESC : SearchOrder.ASC,
              bytes.getLong(),
              new UUID(bytes.getLong(), bytes.getLong()));
      if (cursor.timestampMillis < from.toEpochMilli()
          || cursor.timestampMillis >= to.toEpochMilli()) {
        throw invalid();
      }
      return cursor;
    } catch (IllegalArgumentException | BufferUnderflowException | QueryException e) {
      throw invalid();
    }
  }

  BsonBinary binaryId() {
    return new BsonBinary(id);
  }

  private static QueryException invalid() {
    return new QueryException(
        400,
        "cursor_invalid",
        "The cursor is not the next of a reply",
        "Send next of the previous page unchanged, with the same filter, or leave the cursor out");
  }
}
