package io.wideevents.query.stats;

import java.util.List;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonNull;
import org.bson.BsonValue;

/**
 * Buckets of numbers whose bounds grow by 2 %. The estimate of each number of a bucket is at most 1
 * % from the number.
 *
 * <p>Bucket {@code i} > 0 contains the numbers of {@code [g^(i-2000), g^(i-1999))} with {@code g} =
 * 1.02, bucket {@code -i} the same numbers below zero, and bucket 0 the numbers closer to zero than
 * 1e-9. Numbers from 1e18 are in the last bucket. So a field has at most 6 300 buckets, whatever
 * the events contain.
 */
final class LogBuckets {
  private static final double GROWTH = 1.02;
  private static final double LOG_GROWTH = Math.log(GROWTH);
  private static final int OFFSET = 2000;

  /** Numbers closer to zero count as zero. */
  static final double LEAST = 1e-9;

  private static final double MOST = 1e18;

  private LogBuckets() {}

  /** The bucket of a number in MongoDB; null for a value that is not a number. */
  static BsonDocument expression(String path) {
    BsonValue value = Expressions.path(path);
    return new BsonDocument(
        "$switch",
        new BsonDocument(
                "branches",
                new BsonArray(
                    List.of(
                        branch(Expressions.not(Expressions.isNumber(value)), BsonNull.VALUE),
                        branch(
                            Expressions.of("$gte", value, new BsonDouble(LEAST)),
                            Expressions.of("$add", new BsonInt32(OFFSET), exponent(value))),
                        branch(
                            Expressions.of("$lte", value, new BsonDouble(-LEAST)),
                            Expressions.of(
                                "$subtract",
                                new BsonInt32(-OFFSET),
                                exponent(Expressions.of("$multiply", value, new BsonInt32(-1))))))))
            .append("default", new BsonInt32(0)));
  }

  /** The same bucket, of a number in Java. */
  static int of(double number) {
    if (Math.abs(number) < LEAST) {
      return 0;
    }
    int exponent = (int) Math.floor(Math.log(Math.min(Math.abs(number), MOST)) / LOG_GROWTH);
    return number > 0 ? OFFSET + exponent : -OFFSET - exponent;
  }

  /** The lower bound of a bucket of positive numbers. */
  static double lowerBound(int bucket) {
    return Math.pow(GROWTH, bucket - OFFSET);
  }

  /** The number with the same relative distance from both bounds of the bucket. */
  static double estimate(int bucket) {
    if (bucket == 0) {
      return 0;
    }
    double middle = lowerBound(Math.abs(bucket)) * 2 * GROWTH / (1 + GROWTH);
    return bucket > 0 ? middle : -middle;
  }

  // A Decimal128 becomes a double only after the limit, which every double can hold.
  private static BsonValue exponent(BsonValue positive) {
    BsonValue limited = Expressions.of("$min", positive, new BsonDouble(MOST));
    return Expressions.of(
        "$floor",
        Expressions.of(
            "$divide",
            new BsonDocument("$ln", new BsonDocument("$toDouble", limited)),
            new BsonDouble(LOG_GROWTH)));
  }

  private static BsonDocument branch(BsonValue condition, BsonValue result) {
    return new BsonDocument("case", condition).append("then", result);
  }
}
