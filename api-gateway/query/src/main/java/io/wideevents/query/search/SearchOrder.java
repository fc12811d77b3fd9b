package io.wideevents.query.search;

import java.util.Arrays;
import java.util.Comparator;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;

/** The order of found events: by timestamp, then by id. */
public enum SearchOrder {
  /** Newest first. */
  DESC(-1, "$lt"),
  /** Oldest first. */
  ASC(1, "$gt");

  private static final byte[] NO_ID = {};
  private static final Comparator<BsonDocument> ASCENDING =
      Comparator.<BsonDocument>comparingLong(event -> event.getDateTime("timestamp").getValue())
          .thenComparing(SearchOrder::id, Arrays::compareUnsigned);

  private final int direction;
  private final String beyond;

  SearchOrder(int direction, String beyond) {
    this.direction = direction;
    this.beyond = beyond;
  }

  BsonInt32 direction() {
    return new BsonInt32(direction);
  }

  /** The operator for what comes later in this order. */
  String beyond() {
    return beyond;
  }

  /** Compares as MongoDB does. */
  Comparator<BsonDocument> comparator() {
    return this == ASC ? ASCENDING : ASCENDING.reversed();
  }

  private static byte[] id(BsonDocument event) {
    return event.get("_id") instanceof BsonBinary id ? id.getData() : NO_ID;
  }
}
