package io.wideevents.mongo;

import com.mongodb.client.model.IndexModel;
import com.mongodb.client.model.IndexOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * One index of the events' collection. All fields are ascending, because MongoDB reads an index in
 * either direction.
 *
 * @param fields the indexed fields, in order
 * @param expireAfterSeconds age at which documents are deleted; null for never
 * @param onlyWith the field a document must have to be in the index; null for all documents
 */
record EventIndex(
    List<String> fields, @Nullable Long expireAfterSeconds, @Nullable String onlyWith) {

  /** The indexes a collection should have. Each index costs write rate: four indexes halve it. */
  static List<EventIndex> wanted(MongoSettings settings) {
    List<EventIndex> indexes = new ArrayList<>();
    indexes.add(new EventIndex(List.of("timestamp"), settings.retention().toSeconds(), null));
    indexes.add(new EventIndex(List.of("requestId"), null, null));
    indexes.add(new EventIndex(List.of("service", "timestamp"), null, null));
    indexes.add(new EventIndex(List.of("service", "error.code", "timestamp"), null, "error.code"));
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
      options.partialFilterExpression(partialFilter(onlyWith));
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
    BsonValue filter = listed.get("partialFilterExpression");
    return (onlyWith == null ? filter == null : partialFilter(onlyWith).equals(filter))
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

  private static BsonDocument partialFilter(String field) {
    return new BsonDocument(field, new BsonDocument("$exists", BsonBoolean.TRUE));
  }

  private static boolean isAscending(BsonValue direction) {
    return direction.isNumber() && direction.asNumber().doubleValue() > 0;
  }
}
