package io.wideevents.query.trace;

import io.wideevents.event.EventId;
import io.wideevents.query.store.EventStore;
import io.wideevents.query.trace.TraceResult.Stored;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBinary;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/** Looks for an event in MongoDB. */
@FunctionalInterface
interface StoredEventSearch {
  /**
   * Looks for an event.
   *
   * @throws io.wideevents.query.QueryException if MongoDB does not answer
   */
  Optional<Stored> find(EventId id);

  /** Looks in the store by {@code _id}. */
  static StoredEventSearch in(EventStore store) {
    return id -> {
      BsonDocument byId = new BsonDocument("_id", new BsonBinary(id.value()));
      BsonDocument fields =
          new BsonDocument("timestamp", new BsonInt32(1))
              .append("_ingest.receivedAt", new BsonInt32(1))
              .append("_ingest.tier", new BsonInt32(1));
      // A secondary may lack an event whose record is committed already.
      try (EventStore.Reads reads = store.readsOfPrimary()) {
        return reads
            .aggregate(
                List.of(new BsonDocument("$match", byId), new BsonDocument("$project", fields)), 1)
            .stream()
            .findFirst()
            .map(StoredEventSearch::read);
      }
    };
  }

  private static Stored read(BsonDocument event) {
    BsonValue ingest = event.get("_ingest");
    BsonDocument added =
        ingest != null && ingest.isDocument() ? ingest.asDocument() : new BsonDocument();
    BsonValue tier = added.get("tier");
    return new Stored(
        time(event.get("timestamp")),
        time(added.get("receivedAt")),
        tier != null && tier.isString()
            ? Optional.of(tier.asString().getValue())
            : Optional.empty());
  }

  private static Optional<Instant> time(@Nullable BsonValue value) {
    return value != null && value.isDateTime()
        ? Optional.of(Instant.ofEpochMilli(value.asDateTime().getValue()))
        : Optional.empty();
  }
}
