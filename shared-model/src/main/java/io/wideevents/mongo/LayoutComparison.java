package io.wideevents.mongo;

import io.wideevents.mongo.LayoutDifference.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a collection with its wanted layout.
 *
 * @param missing indexes that can be created as they are
 * @param otherExpiry indexes that only need another expiry
 * @param expiresOtherwise whether an index that is not ours deletes events by their timestamp
 * @param differences all differences
 */
record LayoutComparison(
    List<EventIndex> missing,
    List<Renewal> otherExpiry,
    boolean expiresOtherwise,
    List<LayoutDifference> differences) {
  private static final String INIT = "run `log-worker init`";
  private static final String INIT_ASKS =
      INIT + ", which reports the events it will delete, and asks";

  /**
   * An index whose expiry changes. It exists under {@code name}, which may differ from the name we
   * would give it.
   *
   * @param found when it deletes events now
   * @param seconds when it should
   */
  record Renewal(String name, Expiry found, long seconds) {
    /** Whether the new expiry deletes no event that the old one keeps. */
    boolean lengthens() {
      return found instanceof Expiry.After after && after.seconds() < seconds;
    }
  }

  /**
   * Compares without asking the server.
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
      return new LayoutComparison(missing, otherExpiry, false, differences);
    }
    List<BsonDocument> others = new ArrayList<>(listed);
    for (EventIndex index : wanted) {
      List<BsonDocument> sameKeys = listed.stream().filter(index::sameKeys).toList();
      Optional<BsonDocument> match = sameKeys.stream().filter(index::sameOptions).findFirst();
      if (match.isPresent()) {
        others.remove(match.get());
        if (!index.sameExpiry(match.get())) {
          differences.add(compareExpiry(index, match.get(), otherExpiry));
        }
      } else if (!sameKeys.isEmpty()) {
        differences.add(optionsDiffer(index, name(sameKeys.getFirst())));
      } else if (listed.stream().anyMatch(other -> name(other).equals(index.name()))) {
        differences.add(optionsDiffer(index, index.name()));
      } else {
        missing.add(index);
        differences.add(missing(index));
      }
    }
    List<BsonDocument> expiring =
        others.stream().filter(index -> !Expiry.of(index).equals(new Expiry.Never())).toList();
    expiring.forEach(index -> differences.add(expiresAsWell(index)));
    ofClusteredIndex(collection).ifPresent(differences::add);
    listed.stream()
        .filter(index -> EventIndex.isUnique(index) && !index.containsKey("clustered"))
        .forEach(index -> differences.add(makesEventsClash(name(index))));
    return new LayoutComparison(
        missing,
        otherExpiry,
        expiring.stream().anyMatch(index -> index.getDocument("key").containsKey("timestamp")),
        differences);
  }

  private static LayoutDifference compareExpiry(
      EventIndex wanted, BsonDocument match, List<Renewal> otherExpiry) {
    Expiry found = Expiry.of(match);
    Long seconds = wanted.expireAfterSeconds();
    if (seconds == null) {
      return new LayoutDifference(
          Kind.INDEX_DIFFERS,
          "index %s %s, and should not".formatted(name(match), found),
          "drop index " + name(match) + ", then " + INIT);
    }
    Renewal renewal = new Renewal(name(match), found, seconds);
    otherExpiry.add(renewal);
    return new LayoutDifference(
        Kind.RETENTION_DIFFERS,
        "index %s %s, and EVENT_RETENTION is %s".formatted(name(match), found, Expiry.age(seconds)),
        switch (found) {
          case Expiry.After after ->
              renewal.lengthens()
                  ? INIT
                      + ", which lengthens it; where the server knows no collMod, drop index "
                      + renewal.name()
                      + " first"
                  : "set EVENT_RETENTION=%s here; or, to delete events earlier, %s"
                      .formatted(Expiry.setting(after.seconds()), INIT_ASKS);
          case Expiry.Never never -> "to delete events after that time, " + INIT_ASKS;
          case Expiry.Unclear unclear -> "to delete events after that time, " + INIT_ASKS;
        });
  }

  private static LayoutDifference missing(EventIndex index) {
    Long seconds = index.expireAfterSeconds();
    return seconds == null
        ? new LayoutDifference(Kind.INDEX_MISSING, "index " + index.name() + " is missing", INIT)
        : new LayoutDifference(
            Kind.INDEX_MISSING,
            "index %s is missing, which deletes events after %s"
                .formatted(index.name(), Expiry.age(seconds)),
            INIT_ASKS);
  }

  private static LayoutDifference expiresAsWell(BsonDocument index) {
    return new LayoutDifference(
        Kind.OTHER_EXPIRY,
        "index %s, which is not ours, %s as well".formatted(name(index), Expiry.of(index)),
        "drop index " + name(index) + " if EVENT_RETENTION alone is to count");
  }

  private static Optional<LayoutDifference> ofClusteredIndex(@Nullable BsonDocument collection) {
    BsonValue options = collection == null ? null : collection.get("options");
    if (options == null || !options.asDocument().containsKey("expireAfterSeconds")) {
      return Optional.empty();
    }
    return Optional.of(
        new LayoutDifference(
            Kind.OTHER_EXPIRY,
            "the collection itself has expireAfterSeconds, which deletes by the date in _id; an"
                + " event's _id holds none",
            "take it off with collMod expireAfterSeconds: \"off\"; index timestamp_1 deletes"
                + " events"));
  }

  /** The kind of a collection that cannot hold events exactly once, as "a view"; else empty. */
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

  private static LayoutDifference optionsDiffer(EventIndex wanted, String found) {
    return new LayoutDifference(
        Kind.INDEX_DIFFERS,
        "index " + found + " stands where " + wanted.name() + " should, with other options",
        "drop index " + found + ", then " + INIT);
  }

  private static LayoutDifference makesEventsClash(String name) {
    return new LayoutDifference(
        Kind.UNIQUE_INDEX,
        "index " + name + " is unique: events with a value that is stored already are rejected",
        "drop index " + name);
  }

  private static String name(BsonDocument listed) {
    return listed.getString("name").getValue();
  }
}
