package io.wideevents.query.stats;

import io.wideevents.query.Numbers;
import java.math.BigDecimal;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt64;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

/**
 * The values of the fields of one group. Two keys are equal when MongoDB puts them in the same
 * group: the numbers 1 and 1.0 are equal.
 */
record GroupKey(List<BsonValue> values) implements Comparable<GroupKey> {
  private static final Set<BsonType> EQUATABLE =
      EnumSet.of(
          BsonType.STRING,
          BsonType.INT32,
          BsonType.INT64,
          BsonType.DOUBLE,
          BsonType.DECIMAL128,
          BsonType.BOOLEAN,
          BsonType.DATE_TIME,
          BsonType.BINARY,
          BsonType.OBJECT_ID,
          BsonType.NULL);

  static GroupKey of(List<BsonValue> values) {
    return new GroupKey(values.stream().map(GroupKey::normal).toList());
  }

  /**
   * Whether MongoDB finds each value with an equality. With an array it would compare elements, and
   * it reads a regular expression as a pattern. Only another writer can store the further types.
   */
  boolean isScalar() {
    return values.stream().map(BsonValue::getBsonType).allMatch(EQUATABLE::contains);
  }

  /** The key as a document that MongoDB compares with {@link Pass#groupKey}. */
  BsonDocument literal() {
    BsonDocument literal = new BsonDocument();
    for (int g = 0; g < values.size(); g++) {
      literal.append(Pass.GROUP + g, values.get(g));
    }
    return literal;
  }

  /** An order that depends on the values only, so that equal figures give equal replies. */
  @Override
  public int compareTo(GroupKey other) {
    return values.toString().compareTo(other.values.toString());
  }

  private static BsonValue normal(BsonValue value) {
    if (value.isDocument()) {
      BsonDocument normal = new BsonDocument();
      for (Map.Entry<String, BsonValue> field : value.asDocument().entrySet()) {
        normal.append(field.getKey(), normal(field.getValue()));
      }
      return normal;
    }
    if (value.isArray()) {
      return new BsonArray(value.asArray().stream().map(GroupKey::normal).toList());
    }
    return value.isNumber() ? normalNumber(value) : value;
  }

  private static BsonValue normalNumber(BsonValue value) {
    BigDecimal exact = value.isDouble() ? ofDouble(value) : Numbers.exact(value);
    if (exact == null) {
      return value;
    }
    BigDecimal stripped = exact.stripTrailingZeros();
    if (stripped.scale() <= 0 && stripped.precision() - stripped.scale() <= 18) {
      return new BsonInt64(stripped.longValueExact());
    }
    double nearest = stripped.doubleValue();
    return Double.isFinite(nearest) && new BigDecimal(nearest).compareTo(stripped) == 0
        ? new BsonDouble(nearest)
        : new BsonDecimal128(new Decimal128(stripped));
  }

  // The exact value, which MongoDB compares, not the shortest text that reads as the same double.
  private static @Nullable BigDecimal ofDouble(BsonValue value) {
    double number = value.asDouble().getValue();
    return Double.isFinite(number) ? new BigDecimal(number) : null;
  }
}
