package io.wideevents.query.stats;

import io.wideevents.query.Numbers;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the events. Its result is a list of cells: the events with the same outcome and, if
 * asked for, in the same interval, group and bucket. Sums over cells are sums over events, so one
 * pass gives the figures of the total, of each interval and of each group.
 *
 * @param groupBy paths of the fields to group by
 * @param bucketed path of the field whose numbers are counted in buckets
 * @param numbers paths of the fields whose sums and extremes are computed
 */
record Pass(
    List<String> groupBy,
    Optional<Intervals> intervals,
    Optional<String> bucketed,
    List<String> numbers) {
  /** The name of the weight in a cell. */
  static final String WEIGHT = "w";

  private static final String INTERVAL = "i";
  private static final String OUTCOME = "o";
  private static final String BUCKET = "b";
  static final String GROUP = "g";
  private static final String EVENTS = "n";
  private static final String NUMBER_WEIGHT = "nw";
  private static final String NUMBER_SUM = "ns";
  private static final String NUMBER_LEAST = "nl";
  private static final String NUMBER_MOST = "nm";

  Pass {
    groupBy = List.copyOf(groupBy);
    numbers = List.copyOf(numbers);
  }

  /**
   * The passes that compute the counts, the sums and the buckets of several fields. The first pass
   * computes the counts, the sums, and the buckets of one field.
   */
  static List<Pass> covering(
      List<String> groupBy,
      Optional<Intervals> intervals,
      Collection<String> bucketed,
      List<String> numbers) {
    List<Pass> passes = new ArrayList<>();
    for (String path : bucketed) {
      List<String> once = passes.isEmpty() ? numbers : List.of();
      passes.add(new Pass(groupBy, intervals, Optional.of(path), once));
    }
    return passes.isEmpty()
        ? List.of(new Pass(groupBy, intervals, Optional.empty(), numbers))
        : passes;
  }

  /** The stage {@code $group}. */
  BsonDocument stage() {
    BsonDocument key = groupKey(groupBy);
    intervals.ifPresent(of -> key.append(INTERVAL, Expressions.interval(of)));
    bucketed.ifPresent(path -> key.append(BUCKET, LogBuckets.expression(path)));
    key.append(OUTCOME, Expressions.OUTCOME);
    BsonDocument group =
        new BsonDocument("_id", key)
            .append(EVENTS, Expressions.sum(new BsonInt32(1)))
            .append(WEIGHT, Expressions.sum(Expressions.WEIGHT));
    for (int n = 0; n < numbers.size(); n++) {
      BsonValue number = Expressions.path(numbers.get(n));
      group
          .append(NUMBER_WEIGHT + n, Expressions.sum(ifNumber(number, Expressions.WEIGHT)))
          .append(
              NUMBER_SUM + n,
              Expressions.sum(
                  ifNumber(number, Expressions.of("$multiply", number, Expressions.WEIGHT))))
          .append(NUMBER_LEAST + n, new BsonDocument("$min", ifNumber(number, number)))
          .append(NUMBER_MOST + n, new BsonDocument("$max", ifNumber(number, number)));
    }
    return new BsonDocument("$group", group);
  }

  /** The key of a group in MongoDB: the values of the fields, null for a missing field. */
  static BsonDocument groupKey(List<String> paths) {
    BsonDocument key = new BsonDocument();
    for (int g = 0; g < paths.size(); g++) {
      key.append(GROUP + g, Expressions.orNull(paths.get(g)));
    }
    return key;
  }

  /** The group of a result whose {@code _id} has the key of a group. */
  static GroupKey groupOf(BsonDocument result, int fields) {
    BsonDocument key = result.getDocument("_id");
    List<BsonValue> values = new ArrayList<>();
    for (int g = 0; g < fields; g++) {
      values.add(key.get(GROUP + g, BsonNull.VALUE));
    }
    return GroupKey.of(values);
  }

  GroupKey group(BsonDocument cell) {
    return groupOf(cell, groupBy.size());
  }

  int interval(BsonDocument cell) {
    return cell.getDocument("_id").getNumber(INTERVAL).intValue();
  }

  @Nullable String outcome(BsonDocument cell) {
    BsonValue outcome = cell.getDocument("_id").get(OUTCOME);
    return outcome != null && outcome.isString() ? outcome.asString().getValue() : null;
  }

  /** The bucket of the cell; null for events whose value is not a number. */
  @Nullable Integer bucket(BsonDocument cell) {
    BsonValue bucket = cell.getDocument("_id").get(BUCKET);
    return bucket != null && bucket.isNumber() && !Double.isNaN(bucket.asNumber().doubleValue())
        ? Integer.valueOf(bucket.asNumber().intValue())
        : null;
  }

  double weight(BsonDocument cell) {
    return cell.getNumber(WEIGHT).doubleValue();
  }

  long events(BsonDocument cell) {
    return cell.getNumber(EVENTS).longValue();
  }

  /** The sum and the extremes of the {@code n}-th field. */
  NumberTotals numbers(BsonDocument cell, int n) {
    BigDecimal sum = Numbers.exact(cell.get(NUMBER_SUM + n));
    return new NumberTotals(
        cell.getNumber(NUMBER_WEIGHT + n).doubleValue(),
        sum,
        Numbers.exact(cell.get(NUMBER_LEAST + n)),
        Numbers.exact(cell.get(NUMBER_MOST + n)));
  }

  private static BsonDocument ifNumber(BsonValue number, BsonValue then) {
    return Expressions.ifNumber(number, then, BsonNull.VALUE);
  }
}
