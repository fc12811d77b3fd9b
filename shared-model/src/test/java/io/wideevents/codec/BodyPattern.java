package io.wideevents.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * How a generated body looks: JSON and NDJSON, valid and not, each taking one thing to an extreme.
 * The same dice, size and time give the same body.
 */
public enum BodyPattern {
  ONE_EVENT(BodyFormat.JSON, BodyPattern::oneEvent),
  RANDOM_EVENTS(BodyFormat.JSON, dice -> dice.array(unused -> dice.randomEvent())),
  TINY_EVENTS(BodyFormat.JSON, dice -> dice.array(dice::tinyEvent)),
  EMPTY_OBJECTS(BodyFormat.JSON, dice -> dice.array(unused -> "{}")),
  EMPTY_ARRAYS(BodyFormat.JSON, dice -> dice.array(unused -> "[]")),
  NUMBERS_FOR_EVENTS(BodyFormat.JSON, dice -> dice.array(Integer::toString)),
  DEEP_ARRAYS(BodyFormat.JSON, dice -> dice.nested("[", "]")),
  DEEP_OBJECTS(BodyFormat.JSON, dice -> dice.nested("{\"a\":", "}")),
  DEEP_AND_OPEN(BodyFormat.JSON, dice -> dice.filled("", unused -> "[", "", "")),
  DEEP_IN_EVENTS(BodyFormat.JSON, dice -> dice.array(dice::deepEvent)),
  HUGE_NAME(BodyFormat.JSON, dice -> dice.event("\"", "n", "\":1")),
  HUGE_NAMES(BodyFormat.JSON, dice -> dice.array(unused -> dice.longNames())),
  HUGE_TEXT(BodyFormat.JSON, dice -> dice.event("\"text\":\"", "x", "\"")),
  HUGE_NUMBER(BodyFormat.JSON, dice -> dice.event("\"n\":1", "7", "")),
  HUGE_FRACTION(BodyFormat.JSON, dice -> dice.event("\"n\":0.", "3", "")),
  HUGE_EXPONENT(BodyFormat.JSON, dice -> dice.event("\"n\":1e", "9", "")),
  HUGE_ZERO(BodyFormat.JSON, dice -> dice.event("\"n\":0.", "0", "")),
  ESCAPES(BodyFormat.JSON, dice -> dice.event("\"text\":\"", "\\u00e9\\n\\\\", "\"")),
  LONE_SURROGATES(BodyFormat.JSON, dice -> dice.event("\"text\":\"", "\\ud800", "\"")),
  SURROGATES_IN_NAMES(BodyFormat.JSON, dice -> dice.array(dice::surrogateName)),
  MANY_FIELDS(BodyFormat.JSON, dice -> dice.fields(i -> "\"f%d\":%d".formatted(i, i))),
  ONE_NAME_OFTEN(BodyFormat.JSON, dice -> dice.fields(unused -> "\"same\":1")),
  COLLIDING_NAMES(BodyFormat.JSON, dice -> dice.fields(i -> colliding(i) + ":1")),
  MANY_SECRETS(BodyFormat.JSON, dice -> dice.fields(i -> "\"password%d\":[[{}]]".formatted(i))),
  MANY_VALUES(BodyFormat.JSON, dice -> dice.event("\"values\":[1", ",1", "]")),
  MANY_OBJECTS(BodyFormat.JSON, dice -> dice.event("\"values\":[{}", ",{\"a\":{}}", "]")),
  WHITE_SPACE(BodyFormat.JSON, dice -> dice.filled("", unused -> " \n\t\r", "", "")),
  INVALID_UTF8(BodyFormat.JSON, dice -> dice.withByte((byte) 0xC3)),
  NUL_BYTES(BodyFormat.JSON, dice -> dice.filled("", unused -> "\0", "", "")),
  BYTE_ORDER_MARK(BodyFormat.JSON, dice -> dice.filled("\uFEFF", dice::tinyEvent, ",", "")),
  CUT_OFF(BodyFormat.JSON, dice -> dice.filled("[", dice::tinyEvent, ",", ",{\"requestId")),
  MORE_AFTER_THE_END(BodyFormat.JSON, dice -> dice.filled("", dice::tinyEvent, "", "]")),
  DAMAGED(BodyFormat.JSON, dice -> dice.damaged(dice.array(unused -> dice.randomEvent()))),

  LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", unused -> dice.randomEventLine())),
  TINY_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", dice::tinyEvent)),
  JUNK_THEN_BROKEN_LINES(BodyFormat.NDJSON, BodyPattern::junkThenBrokenLines),
  BROKEN_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", unused -> "{}{}")),
  EMPTY_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", unused -> "")),
  MIXED_LINE_ENDS(BodyFormat.NDJSON, dice -> dice.lines("\r\n", dice::lineOrNot)),
  RETURNS_ALONE(BodyFormat.NDJSON, dice -> dice.lines("\r", dice::tinyEvent)),
  JOINED_LINES(BodyFormat.NDJSON, dice -> dice.lines("", dice::tinyEvent)),
  DEEP_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", dice::deepEvent)),
  SURROGATE_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", dice::surrogateName)),
  LONG_NAME_LINES(BodyFormat.NDJSON, dice -> dice.lines("\n", unused -> dice.longNames())),
  DAMAGED_LINES(BodyFormat.NDJSON, BodyPattern::damagedLines),
  BINARY_LINES(BodyFormat.NDJSON, Dice::binary);

  private final BodyFormat format;
  private final Maker maker;

  BodyPattern(BodyFormat format, Maker maker) {
    this.format = format;
    this.maker = maker;
  }

  public BodyFormat format() {
    return format;
  }

  /**
   * Makes one.
   *
   * @param size how many bytes it has; more when the least body of this pattern has more
   * @param now the time of its events
   */
  public byte[] make(Random random, int size, Instant now) {
    byte[] body = maker.make(new Dice(random, size, now));
    if (body.length >= size) {
      return body;
    }
    byte[] filled = Arrays.copyOf(body, size);
    // White space after JSON and blank lines after NDJSON are allowed: this keeps what was made.
    Arrays.fill(filled, body.length, size, (byte) (format == BodyFormat.JSON ? ' ' : '\n'));
    return filled;
  }

  private static byte[] oneEvent(Dice dice) {
    String text = dice.randomEvent();
    return dice.filled(
        text.substring(0, text.length() - 1) + ",\"padding\":\"", unused -> "p", "", "\"}");
  }

  private static byte[] junkThenBrokenLines(Dice dice) {
    return dice.filled("x".repeat(dice.size() / 2) + '\n', unused -> "{}{}", "\n", "\n");
  }

  private static byte[] damagedLines(Dice dice) {
    return dice.damaged(dice.lines("\n", unused -> dice.randomEventLine()));
  }

  /** A quoted name; any two of one length have the same hash code. */
  private static String colliding(int number) {
    StringBuilder name = new StringBuilder("\"");
    for (int bit = 0; bit < 20; bit++) {
      name.append((number >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return name.append('"').toString();
  }

  private interface Maker {
    byte[] make(Dice dice);
  }

  /** What one body is made with. */
  private record Dice(Random random, int size, Instant now) {

    String known(int number) {
      return "\"requestId\":\"fuzz-%d\",\"service\":\"fuzz\",\"route\":\"/\",\"timestamp\":%d"
          .formatted(number, now.toEpochMilli());
    }

    String tinyEvent(int number) {
      return "{" + known(number) + "}";
    }

    String randomEvent() {
      return new RandomEvent(random.nextInt(1 << 20))
          .json()
          .replace(Long.toString(Codecs.NOW.toEpochMilli()), Long.toString(now.toEpochMilli()));
    }

    /** White space between tokens may be a line feed; as a line it must have none. */
    String randomEventLine() {
      return randomEvent().replace('\n', ' ');
    }

    String deepEvent(int number) {
      int depth = 1 + random.nextInt(64);
      return "{" + known(number) + ",\"deep\":" + "[".repeat(depth) + "]".repeat(depth) + "}";
    }

    String surrogateName(int number) {
      return "{" + known(number) + ",\"a\\udc00\\ud800b\":\"\\ud83d\\ude00\"}";
    }

    String longNames() {
      return "{\"" + "n".repeat(1 + random.nextInt(600)) + "\":{}}";
    }

    String lineOrNot(int number) {
      return switch (random.nextInt(5)) {
        case 0 -> "";
        case 1 -> "\n \t";
        case 2 -> "[" + number + "]";
        case 3 -> "{\"requestId\":";
        default -> tinyEvent(number);
      };
    }

    byte[] array(IntFunction<String> item) {
      return filled("[", item, ",", "]");
    }

    byte[] lines(String end, IntFunction<String> line) {
      return filled("", line, end, end);
    }

    byte[] fields(IntFunction<String> field) {
      return filled("{" + known(0) + ",", field, ",", "}");
    }

    /** One event with a field that takes what is left of the size. */
    byte[] event(String start, String unit, String end) {
      return filled("{" + known(0) + "," + start, unused -> unit, "", end + "}");
    }

    byte[] nested(String open, String close) {
      int depth = Math.max(1, size / (open.length() + close.length()));
      return (open.repeat(depth - 1) + "{}" + close.repeat(depth - 1)).getBytes(UTF_8);
    }

    /** {@code start}, as many items as fit into the size but at least one, and {@code end}. */
    byte[] filled(String start, IntFunction<String> item, String between, String end) {
      var body = new ByteArrayOutputStream(size + 1024);
      body.writeBytes(start.getBytes(UTF_8));
      byte[] separator = between.getBytes(UTF_8);
      byte[] last = end.getBytes(UTF_8);
      for (int number = 0; ; number++) {
        byte[] next = item.apply(number).getBytes(UTF_8);
        int more = number == 0 ? next.length : separator.length + next.length;
        if (number > 0 && body.size() + more + last.length > size) {
          break;
        }
        if (number > 0) {
          body.writeBytes(separator);
        }
        body.writeBytes(next);
      }
      body.writeBytes(last);
      return body.toByteArray();
    }

    byte[] withByte(byte wrong) {
      byte[] body = array(this::tinyEvent);
      body[random.nextInt(body.length)] = wrong;
      return body;
    }

    byte[] damaged(byte[] body) {
      byte[] syntax = "{}[]\",:\\ue0-\n\0".getBytes(UTF_8);
      for (int i = random.nextInt(4); i >= 0; i--) {
        int at = random.nextInt(body.length);
        body[at] =
            random.nextBoolean() ? syntax[random.nextInt(syntax.length)] : (byte) random.nextInt();
      }
      return body;
    }

    byte[] binary() {
      byte[] body = new byte[Math.max(1, size)];
      random.nextBytes(body);
      return body;
    }
  }
}
