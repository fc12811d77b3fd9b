package io.wideevents.codec;

import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.wideevents.event.EventId;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;

class PlainTokensTest {
  private static final int RUNS = 20_000;
  private static final int MAX_TEXT = 1_000;
  private static final String[] TEXTS = {
    "",
    "a",
    "ordinary text",
    "안녕하세요",
    "é",
    "😀",
    "\\n\\t\\\"\\\\\\/\\b\\f\\r",
    "\\u0041\\u00e9\\uc548",
    "\\ud83d\\ude00",
    "x\\u0000y",
    "a long text of more than eight bytes \\\" and an escape",
  };
  private static final String[] NUMBERS = {
    "0",
    "-0",
    "7",
    "-12",
    "2147483648",
    "12.5",
    "-0.0",
    "0.1",
    "1e5",
    "1E-7",
    "123456789.12345678",
    "9007199254740993",
    "100.00",
    "123456789012345678901234567890",
    "0.30000000000000004",
  };
  private static final byte[] MUTATIONS = utf8("{}[]\",:\\u0e.-+ \n\t\0aé");

  private final PlainTokens tokens = new PlainTokens();
  private final NameRules rules = new NameRules(256, Set.of());

  @Test
  void next_givesTheTokensOfTheParser() {
    Random random = new Random(2026);
    for (int run = 0; run < RUNS; run++) {
      byte[] json = utf8(object(random, 0));

      assertThatNoException()
          .as(text(json))
          .isThrownBy(() -> assertSameTokens(json, 0, json.length));
    }
  }

  @Test
  void next_acceptsNothingThatTheParserRejects() {
    Random random = new Random(15);
    int accepted = 0;
    int rejected = 0;
    for (int run = 0; run < RUNS; run++) {
      byte[] json = utf8(object(random, 0));
      for (int i = random.nextInt(3); i >= 0; i--) {
        json[random.nextInt(json.length)] = MUTATIONS[random.nextInt(MUTATIONS.length)];
      }
      int length = random.nextInt(8) == 0 ? random.nextInt(json.length) : json.length;
      if (Utf8.firstInvalid(json, 0, length) >= 0) {
        continue;
      }
      try {
        assertSameTokens(json, 0, length);
        accepted++;
      } catch (PlainTokens.NotPlainException | IllegalStateException e) {
        rejected++;
      }
    }
    assertThat(accepted).isGreaterThan(RUNS / 20);
    assertThat(rejected).isGreaterThan(RUNS / 20);
  }

  @Test
  void open_readsOnlyTheRange() {
    byte[] json = utf8("{\"a\":1}{\"b\":\"text\"}{\"c\":2}");

    assertSameTokens(json, 7, 19);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\\ud800\"}",
        "{\"a\":\"\\ude00\\ud83d\"}",
        "{\"a\":\"\\ud83dx\"}",
        "{\"a\":\"\\u12g4\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"line\nbreak\"}",
        "{\"a\":01}",
        "{\"a\":-}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":+1}",
        "{\"a\":1,}",
        "{\"a\":[1,]}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
        "{'a':1}",
        "{a:1}",
        "{\"a\":tru}",
        "{\"a\":nul",
        "{\"a\":truex}",
        "{\"a\":\"open",
        "{\"a\":\"open\\",
        "{\"a\":1",
        "{\"a\":1]",
        "{\"a\":[1}",
        "{\"a\":NaN}",
        "{,}",
        "{\"a\":}",
        "[1 2]",
        "",
        " "
      })
  void next_leavesOtherTextToTheParser(String json) {
    byte[] bytes = utf8(json);

    assertThatExceptionOfType(PlainTokens.NotPlainException.class).isThrownBy(() -> read(bytes));
  }

  @Test
  void isAtEnd_seesMoreText() {
    byte[] json = utf8("{} \n x");
    tokens.open(json, 0, json.length, MAX_TEXT);
    tokens.next();
    tokens.next();

    assertThat(tokens.isAtEnd()).isFalse();
  }

  @Test
  void next_leavesToTheParserWhatNeedsItsLimits() {
    for (String json :
        new String[] {
          "{\"" + "n".repeat(129) + "\":1}",
          "{\"a\":" + "1".repeat(65) + "}",
          "{\"a\":\"" + "t".repeat(MAX_TEXT + 1) + "\"}",
          "{\"a\":" + "[".repeat(200) + "]".repeat(200) + "}",
          "{\"\\u0061\":1}"
        }) {
      assertThatExceptionOfType(PlainTokens.NotPlainException.class)
          .isThrownBy(() -> read(utf8(json)));
    }
  }

  @Test
  void name_distinguishesNamesOfTheSameSlot() {
    String names = "{\"aaaaaaaabbXbbbbbb\":1,\"aaaaaaaabbYbbbbbb\":2,\"aaaaaaaabbXbbbbbb\":3}";
    byte[] json = utf8(names);
    tokens.open(json, 0, json.length, MAX_TEXT);
    tokens.next();
    for (String expected : new String[] {"aaaaaaaabbXbbbbbb", "aaaaaaaabbYbbbbbb"}) {
      tokens.next();
      assertThat(tokens.name(rules).text()).isEqualTo(expected);
      tokens.next();
    }
  }

  private void read(byte[] json) {
    read(json, 0, json.length);
  }

  private void read(byte[] json, int from, int to) {
    tokens.open(json, from, to, MAX_TEXT);
    JsonToken token = tokens.next();
    while (tokens.depth() > 0) {
      token = tokens.next();
    }
    assertThat(token).isNotNull();
    if (!tokens.isAtEnd()) {
      throw new IllegalStateException("There is more text");
    }
  }

  private void assertSameTokens(byte[] json, int from, int to) {
    read(json, from, to);
    tokens.open(json, from, to, MAX_TEXT);
    try (EventText text = EventText.open(json, from, to, 1)) {
      ParserTokens parser = new ParserTokens(text);
      do {
        JsonToken token = tokens.next();
        assertThat(token).as(text(json)).isEqualTo(parser.next());
        assertSameToken(parser, token, text(json));
      } while (tokens.depth() > 0);
      assertThat(tokens.isAtEnd()).as(text(json)).isTrue();
      assertThat(parser.isAtEnd()).as(text(json)).isTrue();
    } catch (JacksonException e) {
      throw new AssertionError("Accepted, but no JSON: " + text(json), e);
    }
  }

  private void assertSameToken(ParserTokens parser, JsonToken token, String json) {
    assertThat(tokens.tokenStart()).as(json).isEqualTo(parser.tokenStart());
    assertThat(tokens.depth()).as(json).isEqualTo(parser.depth());
    assertThat(path(tokens)).as(json).isEqualTo(path(parser));
    switch (token) {
      case PROPERTY_NAME -> {
        assertThat(tokens.name()).as(json).isEqualTo(parser.name());
        assertThat(tokens.name(rules).text()).as(json).isEqualTo(parser.name());
      }
      case VALUE_STRING -> {
        assertThat(tokens.text()).as(json).isEqualTo(parser.text());
        assertThat(document(tokens)).as(json).isEqualTo(document(parser));
        assertThat(tokens.tokenEnd()).as(json).isEqualTo(parser.tokenEnd());
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> {
        NumberReader ours = new NumberReader();
        NumberReader theirs = new NumberReader();
        assertThat(tokens.number(ours)).as(json).isEqualTo(parser.number(theirs));
        assertThat(Double.compare(ours.asDouble(), theirs.asDouble())).as(json).isZero();
        assertThat(ours.isWhole()).as(json).isEqualTo(theirs.isWhole());
      }
      default -> assertThat(tokens.tokenEnd()).as(json).isEqualTo(parser.tokenEnd());
    }
  }

  private static String path(EventTokens tokens) {
    StringBuilder path = new StringBuilder();
    tokens.appendPath(path, 1, 256);
    return path.toString();
  }

  private static byte[] document(EventTokens tokens) {
    DocumentBuffer buffer = new DocumentBuffer();
    buffer.clear();
    buffer.name(utf8("t"));
    tokens.copyText(buffer);
    RawBsonDocument document = buffer.finish(new EventId(new UUID(1, 2)));
    byte[] bytes = new byte[document.getByteBuffer().remaining()];
    document.getByteBuffer().get(bytes);
    return bytes;
  }

  private static String object(Random random, int depth) {
    StringBuilder json = new StringBuilder("{").append(space(random));
    int fields = random.nextInt(5);
    for (int i = 0; i < fields; i++) {
      json.append(i == 0 ? "" : ",").append(space(random));
      json.append('"').append("name".repeat(random.nextInt(4))).append(i).append('"');
      json.append(space(random)).append(':').append(space(random));
      json.append(value(random, depth + 1)).append(space(random));
    }
    return json.append('}').toString();
  }

  private static String array(Random random, int depth) {
    StringBuilder json = new StringBuilder("[").append(space(random));
    int items = random.nextInt(4);
    for (int i = 0; i < items; i++) {
      json.append(i == 0 ? "" : ",").append(space(random)).append(value(random, depth + 1));
    }
    return json.append(space(random)).append(']').toString();
  }

  private static String value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 4 : 6)) {
      case 0 -> '"' + any(random, TEXTS) + any(random, TEXTS) + '"';
      case 1 -> any(random, NUMBERS);
      case 2 -> any(random, new String[] {"true", "false", "null"});
      case 3 -> '"' + "x".repeat(random.nextInt(20)) + any(random, TEXTS) + '"';
      case 4 -> object(random, depth);
      default -> array(random, depth);
    };
  }

  private static String any(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }

  private static String space(Random random) {
    return any(random, new String[] {"", "", "", " ", "\n", "\t\r "});
  }

  private static String text(byte[] json) {
    return new String(json, StandardCharsets.UTF_8);
  }
}
