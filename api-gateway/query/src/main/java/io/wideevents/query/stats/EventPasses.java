package io.wideevents.query.stats;

import io.wideevents.query.QueryException;
import io.wideevents.query.store.EventStore;
import java.util.ArrayList;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

/** Runs the passes of one request over its events. */
final class EventPasses {
  /** Bounds the memory of this process: a cell takes about 400 bytes. */
  private static final int MAX_CELLS = 100_000;

  private final EventStore.Reads reads;
  private final BsonDocument events;

  EventPasses(EventStore.Reads reads, StatsRequest request) {
    this.reads = reads;
    this.events =
        new BsonDocument(
            "$and",
            new BsonArray(List.of(request.range().condition(), request.filter().condition())));
  }

  /** The cells of the events. */
  List<BsonDocument> cells(Pass pass) {
    return cells(pass, new BsonDocument());
  }

  /** The cells of the events that match another condition as well. */
  List<BsonDocument> cells(Pass pass, BsonDocument also) {
    return results(List.of(match(also), pass.stage()), MAX_CELLS);
  }

  /**
   * The groups with the most events, in descending order: {@code _id} is the key of the group,
   * {@code cells} has its cells.
   */
  List<BsonDocument> largestGroups(Pass pass, int atMost) {
    BsonDocument key = new BsonDocument();
    Pass.groupKey(pass.groupBy())
        .keySet()
        .forEach(name -> key.append(name, new BsonString("$_id." + name)));
    BsonDocument join =
        new BsonDocument("_id", key)
            .append("weight", Expressions.sum(Expressions.path(Pass.WEIGHT)))
            .append("cells", new BsonDocument("$push", new BsonString("$$ROOT")));
    return run(
        List.of(
            match(new BsonDocument()),
            pass.stage(),
            new BsonDocument("$group", join),
            new BsonDocument("$sort", new BsonDocument("weight", new BsonInt32(-1))),
            limit(atMost)),
        atMost);
  }

  /** The number of different groups of the first events, at most {@code atMost}. */
  int groupsOfFirst(int count, List<String> paths, int atMost) {
    return run(
            List.of(
                match(new BsonDocument()),
                limit(count),
                new BsonDocument("$group", new BsonDocument("_id", Pass.groupKey(paths))),
                limit(atMost)),
            atMost)
        .size();
  }

  /**
   * How many different values a field has, in total and for each value of a key. Null and a missing
   * field do not count.
   *
   * @param key of the figures, such as the interval
   * @return one document with {@code all} and {@code each}; in {@code each}, {@code _id} is the key
   */
  BsonDocument distinct(String path, BsonValue key, BsonDocument also) {
    BsonDocument keys = new BsonDocument("$addToSet", key);
    BsonDocument each =
        new BsonDocument("_id", new BsonString("$keys"))
            .append("n", Expressions.sum(new BsonInt32(1)));
    BsonDocument facets =
        new BsonDocument("all", array(new BsonDocument("$count", new BsonString("n"))))
            .append(
                "each",
                array(
                    new BsonDocument("$unwind", new BsonString("$keys")),
                    new BsonDocument("$group", each)));
    return run(
            List.of(
                match(also),
                new BsonDocument(
                    "$group", new BsonDocument("_id", Expressions.path(path)).append("keys", keys)),
                new BsonDocument(
                    "$match", new BsonDocument("_id", new BsonDocument("$ne", BsonNull.VALUE))),
                new BsonDocument("$facet", facets)),
            1)
        .getFirst();
  }

  static QueryException tooMany(String detail) {
    return new QueryException(
        422,
        "too_many_groups",
        detail,
        "Choose a shorter range, a narrower filter, a longer interval, or a field with fewer"
            + " values; orderBy -count needs the least memory");
  }

  private List<BsonDocument> results(List<BsonDocument> pipeline, int atMost) {
    List<BsonDocument> limited = new ArrayList<>(pipeline);
    limited.add(limit(atMost + 1));
    List<BsonDocument> results = run(limited, atMost + 1);
    if (results.size() > atMost) {
      throw tooMany(
          "The query has more than %d cells of group, interval and bucket".formatted(atMost));
    }
    return results;
  }

  private List<BsonDocument> run(List<? extends Bson> pipeline, int atMost) {
    try {
      return reads.aggregate(pipeline, atMost);
    } catch (QueryException e) {
      if (e.code().equals("query_too_large")) {
        throw tooMany("The groups of the query need more memory than a query may use");
      }
      throw e;
    }
  }

  private BsonDocument match(BsonDocument also) {
    return new BsonDocument(
        "$match",
        also.isEmpty() ? events : new BsonDocument("$and", new BsonArray(List.of(events, also))));
  }

  private static BsonDocument limit(int count) {
    return new BsonDocument("$limit", new BsonInt32(count));
  }

  private static BsonArray array(BsonDocument... stages) {
    return new BsonArray(List.of(stages));
  }
}
