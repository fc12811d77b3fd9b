package io.wideevents.query.stats;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/** Events of the last 70 minutes whose fields have values of every type, or none. */
final class RandomEvents {
  private static final List<String> OUTCOMES = List.of("SUCCESS", "FAILED", "WARNING", "EDGE_CASE");

  private RandomEvents() {}

  static List<BsonDocument> of(Random random, int count, Instant now) {
    List<BsonDocument> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      events.add(event(random, now));
    }
    return events;
  }

  private static BsonDocument event(Random random, Instant now) {
    BsonDocument event =
        new BsonDocument(
                "timestamp", new BsonDateTime(now.toEpochMilli() - random.nextInt(70 * 60 * 1000)))
            .append("service", new BsonString(random.nextInt(4) == 0 ? "cart" : "shop"))
            .append("route", new BsonString("/r" + random.nextInt(6)))
            .append(
                "_ingest",
                new BsonDocument("outcome", new BsonString(OUTCOMES.get(random.nextInt(4)))));
    if (random.nextInt(5) == 0) {
      event.append("_sampling", new BsonDocument("rate", new BsonInt32(1 + random.nextInt(20))));
    }
    if (random.nextInt(10) > 0) {
      event.append("user", new BsonDocument("id", any(random, 12)));
    }
    if (random.nextInt(10) > 0) {
      BsonValue duration = random.nextInt(8) == 0 ? any(random, 3) : number(random);
      event.append("performance", new BsonDocument("durationMs", duration));
    }
    if (random.nextInt(10) > 0) {
      event.append("amount", random.nextInt(3) == 0 ? number(random) : any(random, 5));
    }
    if (random.nextInt(3) == 0) {
      event.append("tags", new BsonArray(List.of(any(random, 2), any(random, 2))));
    }
    if (random.nextInt(3) == 0) {
      event.append("cart", new BsonDocument("size", new BsonInt32(random.nextInt(3))));
    }
    return event;
  }

  private static BsonValue any(Random random, int values) {
    int value = random.nextInt(values);
    return switch (random.nextInt(8)) {
      case 0 -> new BsonString(String.valueOf(value));
      case 1 -> new BsonInt64(value);
      case 2 -> new BsonDouble(value);
      case 3 -> new BsonDecimal128(new Decimal128(new BigDecimal(value).setScale(2)));
      case 4 -> BsonNull.VALUE;
      case 5 -> BsonBoolean.valueOf(value % 2 == 0);
      default -> new BsonInt32(value);
    };
  }

  private static BsonValue number(Random random) {
    double value = Math.exp(random.nextGaussian() * 3);
    return switch (random.nextInt(8)) {
      case 0 -> new BsonInt32((int) value);
      case 1 -> new BsonInt64((1L << 53) + random.nextInt(1000));
      case 2 -> new BsonDouble(-value);
      case 3 ->
          new BsonDecimal128(new Decimal128(BigDecimal.valueOf(random.nextInt(1_000_000_000), 7)));
      case 4 -> new BsonDouble(0);
      default -> new BsonDouble(value);
    };
  }
}
