package io.wideevents.codec;

import static io.wideevents.codec.LenientIntakeTest.document;
import static io.wideevents.codec.LenientIntakeTest.encodeOne;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.junit.jupiter.api.Test;

/** Made-up events with dotted and equal names, under a lenient intake. */
class LenientPropertiesTest {
  private static final String REQUIRED =
      "\"requestId\":\"r\",\"service\":\"s\",\"route\":\"x\",\"timestamp\":\"2026-11-22T09:59:00Z\"";
  private static final String[] NAMES = {
    "a", "b", "c", "a.b", "a.b.c", "b.a", "b.c.a", "c.", ".c", "a..b", "."
  };

  @Test
  void nesting_losesNoValueAndKeepsEachPath() {
    for (int seed = 0; seed < 3_000; seed++) {
      Random random = new Random(seed);
      String fields = fields(random, 3, true);

      BsonDocument nested = document(Codecs.encoded(encodeOne("nest", event(fields))));
      BsonDocument plain = document(Codecs.encode(event(fields)));

      assertThat(leaves(nested)).as("seed %d: %s", seed, fields).isEqualTo(leaves(plain));
    }
  }

  @Test
  void nesting_leavesNoDottedNameWhosePlaceIsFree() {
    for (int seed = 0; seed < 3_000; seed++) {
      String fields = fields(new Random(seed), 3, true);

      BsonDocument nested = document(Codecs.encoded(encodeOne("nest", event(fields))));

      BsonDocument again =
          document(Codecs.encoded(encodeOne("nest", event(inner(ours(nested).toJson())))));
      assertThat(ours(again)).as("seed %d: %s", seed, fields).isEqualTo(ours(nested));
    }
  }

  @Test
  void lastName_winsAsInAParserThatKeepsTheLast() {
    for (int seed = 0; seed < 3_000; seed++) {
      String fields = fields(new Random(seed), 3, false);

      BsonDocument read = document(Codecs.encoded(encodeOne("last-wins", event(fields))));

      // The BSON library's parser keeps the last of several equal names.
      assertThat(ours(read))
          .as("seed %d: %s", seed, fields)
          .isEqualTo(BsonDocument.parse("{" + fields + "}"));
    }
  }

  private static String event(String fields) {
    return "{" + REQUIRED + (fields.isEmpty() ? "" : ",") + fields + "}";
  }

  private static String inner(String object) {
    return object.substring(1, object.length() - 1);
  }

  /** The document without required fields and those of the pipeline. */
  private static BsonDocument ours(BsonDocument document) {
    BsonDocument ours = document.clone();
    List.of("_id", "requestId", "service", "route", "timestamp", "_summary", "_ingest")
        .forEach(ours::remove);
    return ours;
  }

  /**
   * @param isDistinct whether all names of an object differ
   */
  private static String fields(Random random, int depth, boolean isDistinct) {
    Map<String, String> distinct = new LinkedHashMap<>();
    List<String> all = new ArrayList<>();
    int count = random.nextInt(6);
    for (int i = 0; i < count; i++) {
      String name = NAMES[random.nextInt(NAMES.length)];
      String field = "\"" + name + "\":" + value(random, depth, isDistinct);
      distinct.putIfAbsent(name, field);
      all.add(field);
    }
    return String.join(",", isDistinct ? distinct.values() : all);
  }

  private static String value(Random random, int depth, boolean isDistinct) {
    return switch (depth == 0 ? 0 : random.nextInt(4)) {
      case 1 -> "{" + fields(random, depth - 1, isDistinct) + "}";
      case 2 ->
          "[" + value(random, depth - 1, isDistinct) + "," + value(random, 0, isDistinct) + "]";
      default -> Integer.toString(random.nextInt(1_000));
    };
  }

  /** Every value that is no object, as {@code path=value}, sorted. */
  private static List<String> leaves(BsonDocument document) {
    List<String> leaves = new ArrayList<>();
    collect("", ours(document), leaves);
    leaves.sort(null);
    return leaves;
  }

  private static void collect(String path, BsonValue value, List<String> leaves) {
    switch (value) {
      case BsonDocument object ->
          object.forEach(
              (name, below) -> collect(path.isEmpty() ? name : path + "." + name, below, leaves));
      case BsonArray items -> items.forEach(item -> collect(path + "[]", item, leaves));
      case BsonInt32 number -> leaves.add(path + "=" + number.getValue());
      default -> throw new AssertionError(value);
    }
  }
}
