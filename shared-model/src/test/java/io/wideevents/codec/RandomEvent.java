package io.wideevents.codec;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.types.Decimal128;

/**
 * A made-up event as text, together with the fields its document must have, found without the
 * codec: what is written and what is expected come from the same dice, not from each other.
 */
public final class RandomEvent {
  private static final List<String> REDACTED_NAMES =
      List.of("password", "Authorization", "userToken", "apiKey", "client_SECRET");
  private static final String[] NAME_PARTS = {
    "a", "B", ".", "$", "é", "감", "😀", "\"", "\n", " ", "1", "\\"
  };

  private final Random random;
  private final StringBuilder json = new StringBuilder();
  private final BsonDocument fields = new BsonDocument();
  private final List<String> redacted = new ArrayList<>();

  public RandomEvent(long seed) {
    this.random = new Random(seed);
    List<Runnable> parts = new ArrayList<>();
    parts.add(() -> text("requestId", "req-" + seed));
    parts.add(() -> text("service", "shop"));
    parts.add(() -> text("route", "GET /items"));
    parts.add(() -> member("timestamp", () -> json.append(Codecs.NOW.toEpochMilli())));
    if (random.nextInt(3) == 0) {
      parts.add(() -> member("_summary", () -> value("_summary", 3)));
    }
    if (random.nextInt(4) == 0) {
      parts.add(() -> member("eventId", () -> json.append("null")));
    }
    Set<String> names = new HashSet<>();
    for (int i = random.nextInt(10); i > 0; i--) {
      String name = name(names);
      parts.add(() -> fields.append(name, field(name, name, 1)));
    }
    Collections.shuffle(parts, random);
    json.append('{');
    for (int i = 0; i < parts.size(); i++) {
      json.append(i == 0 ? "" : ",");
      parts.get(i).run();
    }
    space();
    json.append('}');
    redacted.removeIf(path -> path.startsWith("_summary"));
  }

  public String json() {
    return json.toString();
  }

  /** The fields of the document that are the client's, but for the timestamp. */
  BsonDocument fields() {
    return fields;
  }

  /** Paths of the values that must be replaced. */
  List<String> redacted() {
    return redacted;
  }

  private void text(String name, String value) {
    member(name, () -> quote(value));
    fields.append(name, new BsonString(value));
  }

  private void member(String name, Runnable value) {
    space();
    quote(name);
    space();
    json.append(':');
    space();
    value.run();
    space();
  }

  private BsonValue field(String name, String path, int depth) {
    BsonValue[] value = new BsonValue[1];
    member(name, () -> value[0] = value(path, depth));
    if (REDACTED_NAMES.contains(name)) {
      redacted.removeIf(inner -> inner.startsWith(path + ".") || inner.startsWith(path + "["));
      redacted.add(path);
      return new BsonString("[REDACTED]");
    }
    return value[0];
  }

  private BsonValue value(String path, int depth) {
    return switch (random.nextInt(depth < 5 ? 12 : 9)) {
      case 0 -> literal("null", BsonNull.VALUE);
      case 1 -> literal("true", BsonBoolean.TRUE);
      case 2 -> literal("false", BsonBoolean.FALSE);
      case 3 -> integer();
      case 4 -> decimal();
      case 5 -> bigNumber();
      case 6, 7, 8 -> string();
      case 9 -> array(path, depth);
      default -> object(path, depth);
    };
  }

  private BsonValue literal(String text, BsonValue value) {
    json.append(text);
    return value;
  }

  private BsonValue integer() {
    long value = random.nextLong() >> random.nextInt(64);
    json.append(value);
    return value == (int) value ? new BsonInt32((int) value) : new BsonInt64(value);
  }

  private BsonValue decimal() {
    double value =
        random.nextBoolean()
            ? random.nextInt(-100_000, 100_000) / 100.0
            : Double.longBitsToDouble(random.nextLong());
    if (!Double.isFinite(value)) {
      value = 0.5;
    }
    json.append(value);
    return new BsonDouble(value);
  }

  /** More digits than any double prints, and a last one that cannot be dropped. */
  private BsonValue bigNumber() {
    BigInteger digits = BigInteger.TEN.pow(19 + random.nextInt(14));
    digits = digits.add(new BigInteger(60, random)).setBit(0);
    if (digits.mod(BigInteger.TEN).signum() == 0 || digits.testBit(0) && endsWithFive(digits)) {
      digits = digits.add(BigInteger.TWO);
    }
    BigDecimal value = new BigDecimal(digits, random.nextInt(0, 30));
    value = random.nextBoolean() ? value : value.negate();
    json.append(random.nextBoolean() ? value.toPlainString() : value.toString());
    return new BsonDecimal128(new Decimal128(value));
  }

  private static boolean endsWithFive(BigInteger digits) {
    return digits.mod(BigInteger.TEN).intValue() == 5;
  }

  private BsonValue string() {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(12); i > 0; i--) {
      int codePoint =
          switch (random.nextInt(6)) {
            case 0 -> random.nextInt(0x20);
            case 1 -> "\"\\/\u007F\u0085\u2028".charAt(random.nextInt(6));
            case 2 -> 0xAC00 + random.nextInt(100);
            case 3 -> 0x1F600 + random.nextInt(50);
            default -> 'a' + random.nextInt(26);
          };
      text.appendCodePoint(codePoint);
    }
    quote(text.toString());
    return new BsonString(text.toString());
  }

  private BsonValue array(String path, int depth) {
    BsonArray array = new BsonArray();
    json.append('[');
    for (int i = 0, size = random.nextInt(4); i < size; i++) {
      json.append(i == 0 ? "" : ",");
      space();
      array.add(value(path + "[" + i + "]", depth + 1));
      space();
    }
    json.append(']');
    return array;
  }

  private BsonValue object(String path, int depth) {
    BsonDocument object = new BsonDocument();
    Set<String> names = new HashSet<>();
    json.append('{');
    for (int i = 0, size = random.nextInt(4); i < size; i++) {
      json.append(i == 0 ? "" : ",");
      String name = name(names);
      object.append(name, field(name, path + "." + name, depth + 1));
    }
    space();
    json.append('}');
    return object;
  }

  private String name(Set<String> taken) {
    String name;
    do {
      if (random.nextInt(8) == 0) {
        name = REDACTED_NAMES.get(random.nextInt(REDACTED_NAMES.size()));
      } else {
        StringBuilder parts = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
          parts.append(NAME_PARTS[random.nextInt(NAME_PARTS.length)]);
        }
        name = parts.toString();
      }
    } while (!taken.add(name));
    return name;
  }

  /** Writes a text with each character raw or escaped, as the dice say and JSON allows. */
  private void quote(String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean mustEscape = c < 0x20 || c == '"' || c == '\\';
      boolean ofPair = Character.isSurrogate(c);
      if (mustEscape || !ofPair && random.nextInt(8) == 0) {
        json.append("\\u%04x".formatted((int) c));
      } else if (Character.isHighSurrogate(c) && random.nextBoolean()) {
        json.append("\\u%04X\\u%04X".formatted((int) c, (int) text.charAt(++i)));
      } else {
        json.append(c);
      }
    }
    json.append('"');
  }

  private void space() {
    if (random.nextInt(6) == 0) {
      json.append(" \t\r\n".charAt(random.nextInt(4)));
    }
  }
}
