package io.wideevents.query.compare;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/** Events of one hour of a shop, of which those with a planted cause are slow and fail. */
final class ShopEvents {
  private static final List<String> ROUTES =
      List.of("GET /cart", "POST /checkout", "GET /search", "POST /login");
  private static final List<String> REGIONS =
      List.of("eu-west-1", "eu-central-1", "us-east-1", "ap-1");
  private static final List<String> VERSIONS = List.of("4.1.0", "4.1.1", "4.2.0", "4.2.1");
  private static final List<String> DEVICES = List.of("ios", "android", "web", "web", "web");
  private static final List<String> TIERS = List.of("free", "free", "free", "pro", "enterprise");
  private static final List<String> PROVIDERS = List.of("stripe", "toss", "adyen");
  private static final List<String> TAGS = List.of("new", "sale", "eco", "gift");

  private ShopEvents() {}

  /**
   * @param isAffected which events the incident makes slow; most of them are, and some others too
   */
  static List<BsonDocument> of(
      Random random, int count, Instant end, Predicate<BsonDocument> isAffected) {
    List<BsonDocument> events = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BsonDocument event = request(random, end.toEpochMilli() - random.nextInt(3_600_000));
      finish(random, event, isAffected.test(event));
      events.add(event);
    }
    return events;
  }

  /** The value at a path; a document without values if there is none. */
  static BsonValue at(BsonDocument event, String path) {
    BsonValue value = event;
    for (String name : path.split("\\.", -1)) {
      value = value.isDocument() ? value.asDocument().get(name, new BsonDocument()) : value;
    }
    return value;
  }

  static boolean is(BsonDocument event, String path, String text) {
    BsonValue value = at(event, path);
    return value.isString() && value.asString().getValue().equals(text);
  }

  private static BsonDocument request(Random random, long time) {
    BsonDocument event =
        new BsonDocument("timestamp", new BsonDateTime(time))
            .append("requestId", new BsonString("req-%016x".formatted(random.nextLong())))
            .append("service", new BsonString("shop"))
            .append("route", pick(ROUTES, random))
            .append("region", pick(REGIONS, random))
            .append("host", new BsonString("host-" + random.nextInt(12)))
            .append("deploy", new BsonDocument("version", pick(VERSIONS, random)))
            .append(
                "flags",
                new BsonDocument("newCheckout", BsonBoolean.valueOf(random.nextInt(4) == 0))
                    .append("darkMode", BsonBoolean.valueOf(random.nextBoolean())))
            .append("device", new BsonDocument("type", pick(DEVICES, random)))
            .append(
                "cart",
                new BsonDocument("size", new BsonInt32((int) Math.exp(random.nextGaussian() + 1.5)))
                    .append("total", new BsonDouble(random.nextInt(1_000_000) / 100.0)))
            .append("customer", new BsonDocument("tier", pick(TIERS, random)))
            .append("payment", new BsonDocument("provider", pick(PROVIDERS, random)))
            .append("tags", new BsonArray(List.of(pick(TAGS, random), pick(TAGS, random))));
    if (random.nextInt(10) > 0) {
      event.append("session", new BsonDocument("id", new BsonInt32(random.nextInt(1 << 30))));
    }
    if (random.nextInt(8) > 0) {
      event.append("cache", new BsonDocument("node", new BsonString("c" + random.nextInt(5))));
    }
    if (random.nextInt(4) == 0) {
      event.append("_sampling", new BsonDocument("rate", new BsonInt32(1 + random.nextInt(4))));
    }
    return event;
  }

  private static void finish(Random random, BsonDocument event, boolean isAffected) {
    boolean isSlow = random.nextInt(100) < (isAffected ? 80 : 2);
    boolean isFailed = random.nextInt(100) < (isSlow ? 70 : 2);
    double millis = isSlow ? 900 + random.nextInt(3_000) : 10 + random.nextInt(700);
    event
        .append(
            "performance",
            new BsonDocument("durationMs", new BsonDouble(millis))
                .append("dbMs", new BsonDouble(millis * 0.8)))
        .append("status", new BsonInt32(isFailed ? 504 : 200))
        .append("upstream", new BsonDocument("attempts", new BsonInt32(attempts(random, isSlow))))
        .append("_summary", new BsonString("shop " + (isFailed ? "FAILED" : "SUCCESS")))
        .append(
            "_ingest",
            new BsonDocument("outcome", new BsonString(isFailed ? "FAILED" : "SUCCESS")));
    if (isFailed) {
      event.append("error", new BsonDocument("code", new BsonString("UPSTREAM_TIMEOUT")));
    }
  }

  // Correlated with the duration, but less than the cause is.
  private static int attempts(Random random, boolean isSlow) {
    return isSlow && random.nextInt(3) == 0 ? 3 : 1;
  }

  private static BsonString pick(List<String> options, Random random) {
    return new BsonString(options.get(random.nextInt(options.size())));
  }
}
