package io.wideevents.query.stats;

import io.wideevents.event.Outcome;
import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Expressions of MongoDB about one event. */
final class Expressions {
  private static final double MAX_RATE = 1e9;

  /**
   * The number of events that the stored event represents. Any value other than a number from 1 to
   * {@link #MAX_RATE} counts as 1. The codec stores numbers from 1 without a limit, and a sum
   * beyond the largest double would make every figure unusable.
   */
  static final BsonValue WEIGHT = weight();

  static final BsonValue OUTCOME = new BsonString("$_ingest.outcome");

  static final BsonValue IS_FAILED = of("$eq", OUTCOME, new BsonString(Outcome.FAILED.name()));

  private Expressions() {}

  static BsonValue path(String path) {
    return new BsonString("$" + path);
  }

  static BsonDocument of(String operator, BsonValue... operands) {
    return new BsonDocument(operator, new BsonArray(List.of(operands)));
  }

  static BsonDocument isNumber(BsonValue value) {
    return new BsonDocument("$isNumber", value);
  }

  static BsonDocument not(BsonValue condition) {
    return of("$not", condition);
  }

  static BsonDocument ifNumber(BsonValue value, BsonValue then, BsonValue otherwise) {
    return of("$cond", isNumber(value), then, otherwise);
  }

  static BsonDocument sum(BsonValue value) {
    return new BsonDocument("$sum", value);
  }

  /** The value, with null for a missing field. */
  static BsonDocument orNull(String path) {
    return of("$ifNull", path(path), BsonNull.VALUE);
  }

  /** The number of the event's interval. */
  static BsonDocument interval(Intervals intervals) {
    BsonValue sinceStart =
        of("$subtract", path("timestamp"), new BsonDateTime(intervals.startMillis()));
    return new BsonDocument(
        "$floor", of("$divide", sinceStart, new BsonInt64(intervals.stepMillis())));
  }

  private static BsonValue weight() {
    BsonValue rate = path("_sampling.rate");
    BsonValue one = new BsonInt32(1);
    BsonValue isRate = of("$and", isNumber(rate), of("$lte", rate, new BsonDouble(MAX_RATE)));
    return of("$cond", isRate, of("$max", rate, one), one);
  }
}
