package io.wideevents.query.compare;

import io.wideevents.query.JsonBody;
import io.wideevents.query.QueryException;
import io.wideevents.query.TimeRange;
import io.wideevents.query.filter.Filter;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDocument;

/**
 * A checked body of {@code POST /v1/compare}.
 *
 * @param limit of the fields, and of the symptoms, 1 to 100
 */
public record CompareRequest(Side selection, Side baseline, int limit) {
  private static final int DEFAULT_LIMIT = 20;
  private static final int MAX_LIMIT = 100;
  private static final Set<String> MEMBERS = Set.of("selection", "baseline", "limit");
  private static final Set<String> SIDE_MEMBERS = Set.of("filter", "from", "to");

  /** The events of one side of the comparison. */
  record Side(Filter filter, TimeRange range) {

    BsonDocument condition() {
      return new BsonDocument(
          "$and", new BsonArray(List.of(range.condition(), filter.condition())));
    }
  }

  /**
   * Reads the body. A side without a filter has all events; without times, those of the last hour.
   *
   * @throws QueryException 400, with the member that cannot be used
   */
  public static CompareRequest parse(byte[] body, Instant now) {
    JsonBody json = JsonBody.parse(body, MEMBERS);
    return new CompareRequest(
        side(json.object("selection", SIDE_MEMBERS), now),
        side(json.object("baseline", SIDE_MEMBERS), now),
        json.number("limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
  }

  /** Matches the events of the baseline that are not in the selection. */
  BsonDocument outsideSelection() {
    return new BsonDocument(
        "$and",
        new BsonArray(
            List.of(
                baseline.filter().condition(),
                new BsonDocument("$nor", new BsonArray(List.of(selection.condition()))))));
  }

  /** The paths of the fields that the filters name. */
  Set<String> filtered() {
    Set<String> paths = new HashSet<>(selection.filter().fields());
    paths.addAll(baseline.filter().fields());
    return paths;
  }

  private static Side side(JsonBody json, Instant now) {
    return new Side(
        Filter.parse(json.text("filter").orElse("")),
        TimeRange.parse(json.text("from").orElse(null), json.text("to").orElse(null), now));
  }
}
