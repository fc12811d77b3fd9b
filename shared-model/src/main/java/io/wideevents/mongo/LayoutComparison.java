package io.wideevents.mongo;

import io.wideevents.mongo.LayoutDifference.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a collection has, held against what it should have.
 *
 * @param missing indexes that can be created as they are
 * @param otherExpiry names of indexes that only need another expiry, with the index they should be
 * @param differences all there are, including those two kinds
 */
record LayoutComparison(
    List<EventIndex> missing, List<Renewal> otherExpiry, List<LayoutDifference> differences) {
  private static final String INIT = "run `log-worker init`";

  /** An index that exists under {@code name}, which need not be the name we would give it. */
  record Renewal(String name, EventIndex index) {}

  /**
   * Compares; asks no server.
   *
   * @param collection how the server lists the collection; null if there is none
   * @param listed how the server lists its indexes; empty if there is no collection
   */
  static LayoutComparison of(
      @Nullable BsonDocument collection, List<BsonDocument> listed, List<EventIndex> wanted) {
    List<LayoutDifference> differences = new ArrayList<>();
    List<EventIndex> missing = new ArrayList<>();
    List<Renewal> otherExpiry = new ArrayList<>();
    Optional<String> unsuitable = unsuitable(collection);
    if (unsuitable.isPresent()) {
      differences.add(
          new LayoutDifference(
              Kind.COLLECTION_UNSUITABLE,
              "the collection is " + unsuitable.get() + ", not a regular one",
              "rename it, or set MONGODB_COLLECTION to another name"));
      return new LayoutComparison(missing, otherExpiry, differences);
    }
    for (EventIndex index : wanted) {
      List<BsonDocument> sameKeys = listed.stream().filter(index::sameKeys).toList();
      Optional<BsonDocument> match = sameKeys.stream().filter(index::sameOptions).findFirst();
      if (match.isPresent()) {
        if (!index.sameExpiry(match.get())) {
          Renewal renewal = new Renewal(name(match.get()), index);
          differences.add(expiryDiffers(renewal, match.get()));
          if (index.expireAfterSeconds() != null) {
            otherExpiry.add(renewal);
          }
        }
      } else if (!sameKeys.isEmpty()) {
        differences.add(optionsDiffer(index, name(sameKeys.getFirst())));
      } else if (listed.stream().anyMatch(other -> name(other).equals(index.name()))) {
        differences.add(optionsDiffer(index, index.name()));
      } else {
        missing.add(index);
        differences.add(
            new LayoutDifference(
                Kind.INDEX_MISSING, "index " + index.name() + " is missing", INIT));
      }
    }
    listed.stream()
        .filter(EventIndex::isUnique)
        .forEach(index -> differences.add(makesEventsClash(name(index))));
    return new LayoutComparison(missing, otherExpiry, differences);
  }

  /** What the collection is if it cannot hold events exactly once, as "a view"; else empty. */
  static Optional<String> unsuitable(@Nullable BsonDocument collection) {
    if (collection == null) {
      return Optional.empty();
    }
    BsonValue type = collection.get("type");
    if (type != null && !type.equals(new BsonString("collection"))) {
      return Optional.of("a " + type.asString().getValue());
    }
    BsonValue options = collection.get("options");
    boolean capped =
        options != null && options.asDocument().getBoolean("capped", BsonBoolean.FALSE).getValue();
    return capped ? Optional.of("capped") : Optional.empty();
  }

  private static LayoutDifference expiryDiffers(Renewal renewal, BsonDocument listed) {
    BsonValue seconds = listed.get("expireAfterSeconds");
    String message =
        "index %s deletes events after %s, not after %s"
            .formatted(
                renewal.name(),
                age(seconds == null ? null : seconds.asNumber().longValue()),
                age(renewal.index().expireAfterSeconds()));
    return renewal.index().expireAfterSeconds() == null
        ? new LayoutDifference(
            Kind.INDEX_DIFFERS, message, "drop index " + renewal.name() + ", then " + INIT)
        : new LayoutDifference(
            Kind.RETENTION_DIFFERS,
            message,
            INIT + "; where the server knows no collMod, drop index " + renewal.name() + " first");
  }

  private static LayoutDifference optionsDiffer(EventIndex wanted, String found) {
    return new LayoutDifference(
        Kind.INDEX_DIFFERS,
        "index " + found + " stands where " + wanted.name() + " should, with other options",
        "drop index " + found + ", then " + INIT);
  }

  private static LayoutDifference makesEventsClash(String name) {
    return new LayoutDifference(
        Kind.UNIQUE_INDEX,
        "index " + name + " is unique: events that share its value are refused",
        "drop index " + name);
  }

  private static String age(@Nullable Long seconds) {
    if (seconds == null) {
      return "no time";
    }
    Duration age = Duration.ofSeconds(seconds);
    return age.equals(Duration.ofDays(age.toDays())) ? age.toDays() + " d" : seconds + " s";
  }

  private static String name(BsonDocument listed) {
    return listed.getString("name").getValue();
  }
}
