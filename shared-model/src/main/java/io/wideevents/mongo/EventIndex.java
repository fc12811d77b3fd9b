package io.wideevents.mongo;

import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import io.wideevents.event.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * One index of the events' collection. All fields are ascending, because MongoDB reads an index in
 * either direction.
 *
 * @param fields the indexed fields, in order
 * @param expireAfterSeconds age at which documents are deleted; null for never
 * @param onlyWith the partial filter: only documents that match it are in the index; null for all
 *     documents
 */
record EventIndex(
    List<String> fields, @Nullable Long expireAfterSeconds, @Nullable BsonDocument onlyWith) {

  /**
   * The indexes a collection should have. Each index of all documents costs write rate: the first
   * four indexes halve it.
   */
  static List<EventIndex> wanted(MongoSettings settings) {
    List<EventIndex> indexes = new ArrayList<>();
    indexes.add(new EventIndex(List.of("timestamp"), settings.retention().toSeconds(), null));
    indexes.add(new EventIndex(List.of("requestId"), null, null));
    indexes.add(new EventIndex(List.of("service", "timestamp"), null, null));
    indexes.add(
        new EventIndex(
            List.of("service", "error.code", "timestamp"),
            null,
            new BsonDocument("error.code", new BsonDocument("$exists", BsonBoolean.TRUE))));
    // Finds the failed requests of all services. The other events have no entry in this index.
    indexes.add(
        new EventIndex(
            List.of("_ingest.outcome", "timestamp"),
            null,
            new BsonDocument("_ingest.outcome", new BsonString(Outcome.FAILED.name()))));
    if (settings.userIndex()) {
      indexes.add(new EventIndex(List.of("service", "user.id", "timestamp"), null, null));
    }
    return List.copyOf(indexes);
  }

  /** The name that MongoDB would generate. */
  String name() {
    return fields.stream().map(field -> field + "_1").collect(Collectors.joining("_"));
  }

  IndexModel model() {
    BsonDocument keys = new BsonDocument();
    fields.forEach(field -> keys.append(field, new BsonInt32(1)));
    IndexOptions options = new IndexOptions().name(name());
    if (expireAfterSeconds != null) {
      options.expireAfter(expireAfterSeconds, TimeUnit.SECONDS);
    }
    if (onlyWith != null) {
      options.partialFilterExpression(onlyWith);
    }
    return new IndexModel(keys, options);
  }

  /** Whether an index listed by the server has the same fields in the same order and direction. */
  boolean sameKeys(BsonDocument listed) {
    BsonDocument keys = listed.getDocument("key");
    // Compares names in order: documents are equal whatever the order of their fields, indexes are
    // not.
    return List.copyOf(keys.keySet()).equals(fields)
        && keys.values().stream().allMatch(EventIndex::isAscending);
  }

  /** Whether a listed index holds the same documents, each once per event. */
  boolean sameOptions(BsonDocument listed) {
    return Objects.equals(onlyWith, listed.get("partialFilterExpression"))
        && !isUnique(listed)
        && !listed.containsKey("sparse")
        && !listed.containsKey("collation");
  }

  /**
   * Whether a listed index deletes documents at the same age, or neither index deletes documents.
   */
  boolean sameExpiry(BsonDocument listed) {
    Expiry wanted =
        expireAfterSeconds == null ? new Expiry.Never() : new Expiry.After(expireAfterSeconds);
    return wanted.equals(Expiry.of(listed));
  }

  boolean expires() {
    return expireAfterSeconds != null;
  }

  static boolean isUnique(BsonDocument listed) {
    return listed.getBoolean("unique", BsonBoolean.FALSE).getValue();
  }

  private static boolean isAscending(BsonValue direction) {
    return direction.isNumber() && direction.asNumber().doubleValue() > 0;
  }
}
