package io.wideevents.toolbox.sample;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import tools.jackson.core.JsonGenerator;

/**
 * The fields of the shop's routes. Together they contain the values that are hard to transport:
 * text in several scripts, arrays in arrays, integers beyond 2^53, decimals that no double holds,
 * names with dots and dollars.
 */
final class Details {
  private static final List<String> PRODUCTS =
      List.of(
          "Espresso cup",
          "무선 키보드",
          "Crème brûlée torch",
          "折りたたみ傘",
          "Чайник 1,5 л",
          "Mug ☕️",
          "زيت زيتون");
  private static final List<String> QUERIES =
      List.of(
          "usb-c cable", "겨울 코트", "naïve café", "電源タップ", "\"exact phrase\"", "🎧 wireless", "\\d+");
  private static final List<String> TAGS = List.of("new", "sale", "fragile", "반값", "eco", "gift");
  private static final List<String> CURRENCIES = List.of("EUR", "KRW", "USD", "JPY");
  private static final List<String> WAREHOUSES = List.of("icn-1", "icn-2", "fra-1", "sfo-3");
  // Order numbers start above 2^53, where a double cannot distinguish consecutive integers.
  private static final long FIRST_ORDER = (1L << 53) + 1;

  private Details() {}

  static void order(JsonGenerator json, Random random) {
    json.writeObjectPropertyStart("order");
    json.writeNumberProperty("id", FIRST_ORDER + random.nextInt(1_000_000_000));
    json.writeStringProperty("currency", pick(CURRENCIES, random));
    json.writeNumberProperty("total", cents(random, 50_000));
    json.writeNumberProperty("exchangeRate", exact(random));
    json.writeEndObject();
    json.writeObjectPropertyStart("payment");
    json.writeStringProperty("provider", random.nextBoolean() ? "stripe" : "toss");
    json.writeNumberProperty("attempts", 1 + random.nextInt(3));
    json.writeBooleanProperty("3ds", random.nextBoolean());
    json.writeEndObject();
    items(json, random);
  }

  static void cart(JsonGenerator json, Random random) {
    json.writeObjectPropertyStart("cart");
    json.writeStringProperty("id", hex(random));
    json.writeNumberProperty("version", random.nextLong());
    json.writeEndObject();
    items(json, random);
  }

  static void query(JsonGenerator json, Random random) {
    json.writeObjectPropertyStart("search");
    json.writeStringProperty("query", pick(QUERIES, random));
    json.writeNumberProperty("hits", random.nextInt(5_000));
    json.writeNumberProperty("score", random.nextInt(1_000_000) / 1e6);
    // One row per facet: name and counts, as a search engine returns them.
    json.writeArrayPropertyStart("facets");
    for (int row = 0; row < 2; row++) {
      json.writeStartArray();
      json.writeString(pick(TAGS, random));
      json.writeStartArray();
      for (int column = 0; column < 3; column++) {
        json.writeNumber(random.nextInt(100));
      }
      json.writeEndArray();
      json.writeEndArray();
    }
    json.writeEndArray();
    json.writeNullProperty("correctedQuery");
    json.writeEndObject();
  }

  static void login(JsonGenerator json, Random random) {
    json.writeObjectPropertyStart("login");
    json.writeStringProperty("method", random.nextInt(4) == 0 ? "passkey" : "email");
    json.writeBooleanProperty("newDevice", random.nextInt(5) == 0);
    json.writeObjectPropertyStart("risk");
    json.writeNumberProperty("score", random.nextInt(1000) / 1000.0);
    json.writeNumberProperty("model.version", 7);
    json.writeStringProperty("$reason", "velocity");
    json.writeEndObject();
    json.writeEndObject();
  }

  static void stock(JsonGenerator json, Random random) {
    json.writeObjectPropertyStart("stock");
    json.writeStringProperty("warehouse", pick(WAREHOUSES, random));
    json.writeNumberProperty(
        "sku", BigInteger.valueOf(8_800_000_000_000L + random.nextInt(1 << 30)));
    json.writeNumberProperty("change", random.nextInt(200) - 100);
    json.writeArrayPropertyStart("reserved");
    for (int i = random.nextInt(3); i > 0; i--) {
      json.writeNumber(FIRST_ORDER + random.nextInt(1_000_000_000));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void items(JsonGenerator json, Random random) {
    json.writeArrayPropertyStart("items");
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      json.writeStartObject();
      json.writeStringProperty("name", pick(PRODUCTS, random));
      json.writeNumberProperty("quantity", 1 + random.nextInt(5));
      json.writeNumberProperty("price", cents(random, 20_000));
      json.writeArrayPropertyStart("tags");
      for (int tag = random.nextInt(3); tag > 0; tag--) {
        json.writeString(pick(TAGS, random));
      }
      json.writeEndArray();
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static BigDecimal cents(Random random, int bound) {
    return BigDecimal.valueOf(random.nextInt(bound), 2);
  }

  // 25 digits: more than a double has, fewer than the 34 of a Decimal128.
  private static BigDecimal exact(Random random) {
    return new BigDecimal(
        BigInteger.valueOf(1_000_000_007L + random.nextInt(1 << 30))
            .multiply(BigInteger.TEN.pow(15))
            .add(BigInteger.valueOf(1 + 2L * random.nextInt(1 << 30))),
        20);
  }

  static String hex(Random random) {
    return "%016x".formatted(random.nextLong());
  }

  static <T> T pick(List<T> options, Random random) {
    return options.get(random.nextInt(options.size()));
  }
}
