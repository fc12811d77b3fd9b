package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventLimits;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Outcome;
import io.wideevents.event.TestEvents;
import io.wideevents.event.Tier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class EventComposerTest {
  private static final EventComposer.Head HEAD =
      new EventComposer.Head(
          "req-1",
          "shop",
          "POST /checkout",
          Codecs.NOW.toEpochMilli() - 20,
          12_345,
          Codecs.NOW.toEpochMilli());

  /** Summary and {@code _ingest}, which are no part of the event's own size. */
  private static final int BEHIND_THE_EVENT = 512;

  private final FieldRules rules = new FieldRules(EncoderSettings.DEFAULT);
  private final EventComposer composer = rules.newComposer();

  @Test
  void compose_keepsNotesOfNamesThatTakeManyBytesWithinTheLimit() {
    // Given
    EventFields fields = rules.newFields();
    for (int i = 0; i < 10; i++) {
      fields.set("\u0001".repeat(120) + i, Double.NaN);
    }
    for (int i = 0; i < 900; i++) {
      fields.set("t" + i, "x".repeat(275));
    }
    for (int i = 0; i < 30; i++) {
      fields.set("u" + i, "x".repeat(100));
    }

    // When
    EncodedEvent event = composer.compose(fields, HEAD, null);

    // Then
    int own = event.document(Tier.KAFKA).bson().getDocument("_metadata").size();
    assertThat(own).isOne();
    assertThat(event.json(Tier.KAFKA).length)
        .isLessThan(EventLimits.DEFAULT.maxEventBytes() + BEHIND_THE_EVENT);
  }

  @Test
  void compose_keepsTheErrorInTheSmallestEvent() {
    // Given
    EncoderSettings defaults = EncoderSettings.DEFAULT;
    FieldRules small =
        new FieldRules(
            new EncoderSettings(
                new EventLimits(1024, 32, 1000, 256),
                defaults.maxEvents(),
                defaults.retention(),
                defaults.maxFuture(),
                defaults.redactedNames(),
                defaults.redactedText()));
    EventFields fields = small.newFields();
    fields.set("user.id", 4711);
    fields.set("error.code", "DECLINED");

    // When
    EncodedEvent event = small.newComposer().compose(fields, HEAD, null);

    // Then
    BsonDocument document = event.document(Tier.KAFKA).bson();
    assertThat(document.getDocument("error").getString("code").getValue()).isEqualTo("DECLINED");
    assertThat(document.getDocument("user").getNumber("id").intValue()).isEqualTo(4711);
  }

  @Test
  void compose_keepsEveryTypeAsTheCodecReadsIt() {
    EventFields fields = rules.newFields();
    fields.set("user.id", 4711);
    fields.set("user.role", "customer");
    fields.set("cart.items", 3);
    fields.set("cart.total", 59.9);
    fields.set("cart.weight", 60.0);
    fields.set("cart.rate", 0.1f);
    fields.set("big", Long.MAX_VALUE);
    fields.set("huge", new BigInteger("123456789012345678901234567890"));
    fields.set("exact", new BigDecimal("0.12345678901234567890"));
    fields.set("ok", true);
    fields.set("coupon", null);
    fields.set("unit", TimeUnit.DAYS);
    fields.set("id", UUID.fromString("0192f0c1-2b4d-8f6e-9a1b-2c3d4e5f6071"));
    fields.set("at", Instant.parse("2026-11-22T10:00:00Z"));
    fields.set("skus", List.of("A-1", "B-2"));
    fields.set("counts", new int[] {1, 2});
    fields.set("nested", List.of(Map.of("deep", List.of(1.5))));
    fields.set("counter", new AtomicInteger(7));
    fields.set("names", Map.of("a.b", 1, "$c", 2));
    fields.set("text", "Grüße \"\\\n\u0001 감사 😀");

    BsonDocument document = document(fields);

    assertThat(document.getDocument("user").get("id")).isEqualTo(new BsonInt32(4711));
    BsonDocument cart = document.getDocument("cart");
    assertThat(cart.get("items")).isEqualTo(new BsonInt32(3));
    assertThat(cart.get("total")).isEqualTo(new BsonDouble(59.9));
    assertThat(cart.get("weight")).isEqualTo(new BsonDouble(60));
    assertThat(cart.get("rate")).isEqualTo(new BsonDouble(0.1));
    assertThat(document.get("big")).isEqualTo(new BsonInt64(Long.MAX_VALUE));
    assertThat(document.getDecimal128("huge").getValue().bigDecimalValue())
        .isEqualByComparingTo("123456789012345678901234567890");
    assertThat(document.getDecimal128("exact").getValue().bigDecimalValue())
        .isEqualByComparingTo("0.12345678901234567890");
    assertThat(document.getBoolean("ok").getValue()).isTrue();
    assertThat(document.isNull("coupon")).isTrue();
    assertThat(document.getString("unit").getValue()).isEqualTo("DAYS");
    assertThat(document.getString("id").getValue())
        .isEqualTo("0192f0c1-2b4d-8f6e-9a1b-2c3d4e5f6071");
    assertThat(document.getString("at").getValue()).isEqualTo("2026-11-22T10:00:00Z");
    assertThat(document.getArray("skus"))
        .isEqualTo(new BsonArray(List.of(new BsonString("A-1"), new BsonString("B-2"))));
    assertThat(document.getArray("counts"))
        .isEqualTo(new BsonArray(List.of(new BsonInt32(1), new BsonInt32(2))));
    assertThat(document.getInt32("counter").getValue()).isEqualTo(7);
    assertThat(document.getDocument("names").get("a.b")).isEqualTo(new BsonInt32(1));
    assertThat(document.getString("text").getValue()).isEqualTo("Grüße \"\\\n\u0001 감사 😀");
    assertThat(document.getDocument("performance").get("durationMs"))
        .isEqualTo(new BsonDouble(12.345));
    assertThat(document).doesNotContainKey("_metadata");
    assertThat(document.getString("_summary").getValue())
        .isEqualTo(
            "Outcome: SUCCESS Service: shop Route: POST /checkout UserRole: customer"
                + " LatencyBucket: <50");
  }

  static Stream<Consumer<EventFields>> loggingOfTheService() {
    return Stream.of(
        fields -> fields.set("_metadata.logging", "mine"),
        fields -> fields.set("_metadata.logging.level", "info"),
        fields -> fields.set("_metadata", Map.of("logging", Map.of("level", "info"))),
        fields -> fields.set("_metadata", Map.of("logging", 1, "deployment", "blue")));
  }

  @ParameterizedTest
  @MethodSource("loggingOfTheService")
  void compose_notesThatTheNameOfItsNotesIsReserved(Consumer<EventFields> service) {
    EventFields fields = rules.newFields();
    service.accept(fields);

    BsonDocument logging = document(fields).getDocument("_metadata").getDocument("logging");

    assertThat(logging.getInt32("dropped").getValue()).isEqualTo(1);
    BsonDocument note = logging.getArray("fields").getFirst().asDocument();
    assertThat(note.getString("path").getValue()).isEqualTo("_metadata.logging");
    assertThat(note.getString("reason").getValue()).isEqualTo("reserved_name");
  }

  @Test
  void compose_notesEveryValueItLeftOut() {
    EventFields fields = rules.newFields();
    fields.set("ratio", Double.NaN);
    fields.set("requestId", "mine");
    fields.set("_id", 1);
    fields.set("user.id", 1.5);
    fields.set("error", "text");
    fields.set("performance.durationMs", 3);
    fields.set("a\0b", 1);
    fields.set("object", new Object());
    fields.set("digits", new BigDecimal("1.2345678901234567890123456789012345678"));
    fields.set("fine", 1);

    BsonDocument document = document(fields);

    BsonDocument logging = document.getDocument("_metadata").getDocument("logging");
    assertThat(logging.getInt32("dropped").getValue()).isEqualTo(9);
    assertThat(logging.getArray("fields"))
        .extracting(note -> note.asDocument().getString("reason").getValue())
        .containsExactly(
            "not_finite",
            "reserved_name",
            "reserved_name",
            "wrong_type",
            "wrong_type",
            "reserved_name",
            "name_has_nul",
            "unsupported_type",
            "number_out_of_range");
    assertThat(document.getInt32("fine").getValue()).isEqualTo(1);
    assertThat(document.getString("requestId").getValue()).isEqualTo("req-1");
    assertThat(document).doesNotContainKeys("user.id", "error", "ratio");
  }

  static Stream<Arguments> brokenRules() {
    return Stream.of(
        Arguments.of("user.id", 1.5, "\"user\":{\"id\":1.5}"),
        Arguments.of("user.role", 7, "\"user\":{\"role\":7}"),
        Arguments.of("error", "text", "\"error\":\"text\""),
        Arguments.of("performance", List.of(), "\"performance\":[]"),
        Arguments.of("_mine", 1, "\"_mine\":1"),
        Arguments.of("a\0b", 1, "\"a\\u0000b\":1"),
        Arguments.of("x".repeat(300), 1, "\"" + "x".repeat(300) + "\":1"),
        Arguments.of("map", keysOfOneText(), "\"map\":{\"1\":1,\"1\":2}"),
        Arguments.of("digits", new BigInteger("9".repeat(35)), "\"digits\":" + "9".repeat(35)),
        Arguments.of("small", new BigDecimal("1E-6177"), "\"small\":1E-6177"),
        Arguments.of("deep", nested(40), "\"deep\":" + "[".repeat(40) + "]".repeat(40)),
        Arguments.of("half", "\ud83d", "\"half\":\"\\ud83d\""));
  }

  @ParameterizedTest
  @MethodSource("brokenRules")
  void compose_notesTheCodeOfAPostedEventThatBreaksTheSameRule(
      String path, Object value, String posted) {
    EventFields fields = rules.newFields();
    String event = TestEvents.minimal("r", Codecs.NOW);

    fields.set(path, value);

    BsonDocument logging = document(fields).getDocument("_metadata").getDocument("logging");
    assertThat(logging.getArray("fields"))
        .extracting(note -> note.asDocument().getString("reason").getValue())
        .containsExactlyElementsOf(
            Codecs.problemsOf(event.substring(0, event.length() - 1) + "," + posted + "}").stream()
                .map(EventProblem::code)
                .toList());
  }

  private static Map<Object, Object> keysOfOneText() {
    Map<Object, Object> map = new LinkedHashMap<>();
    map.put("1", 1);
    map.put(1, 2);
    return map;
  }

  private static Object nested(int depth) {
    Object value = List.of();
    for (int i = 1; i < depth; i++) {
      value = List.of(value);
    }
    return value;
  }

  @Test
  void compose_redactsByNameAtAnyDepthBeforeAnythingIsKept() {
    EventFields fields = rules.newFields();
    fields.set("password", "p4ss");
    fields.set("login.accessToken", "p4ss");
    fields.set("headers", Map.of("Cookie", "p4ss", "Accept", "text"));
    fields.set("list", List.of(Map.of("secret", "p4ss")));
    fields.set("credentials.inner", "p4ss");

    EncodedEvent event = compose(fields);

    String json = text(event);
    assertThat(json).doesNotContain("p4ss").contains("\"Accept\":\"text\"");
    assertThat(event.document(Tier.KAFKA).bson().getDocument("_ingest").getArray("redacted"))
        .extracting(path -> path.asString().getValue())
        .containsExactlyInAnyOrder(
            "password", "login.accessToken", "headers.Cookie", "list[].secret", "credentials");
  }

  @Test
  void compose_redactsTextByPatternUnderAnyName() {
    EncoderSettings defaults = EncoderSettings.DEFAULT;
    FieldRules cards =
        new FieldRules(
            new EncoderSettings(
                defaults.limits(),
                1,
                defaults.retention(),
                defaults.maxFuture(),
                Set.of(),
                ValuePattern.of("\\d{16}")));
    EventFields fields = cards.newFields();
    fields.set("note", "card 4111111111111111 declined");
    fields.set("error.message", "4111111111111111");
    fields.set("list", List.of("4111111111111111"));

    EncodedEvent event = cards.newComposer().compose(fields, HEAD, null);

    assertThat(text(event)).doesNotContain("4111").contains("card [REDACTED] declined");
  }

  @Test
  void compose_tellsAFailure() {
    EventFields fields = rules.newFields();
    fields.set("error.code", "DECLINED");
    fields.set("error.message", "no\nmoney");

    EncodedEvent event = compose(fields);

    assertThat(event.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(event.document(Tier.KAFKA).bson().getString("_summary").getValue())
        .contains("Outcome: FAILED", "Error: DECLINED", "ErrorMessage: no money");
  }

  @Test
  void compose_leavesOutWhatDoesNotFitAndKeepsTheRest() {
    FieldRules small =
        new FieldRules(
            new EncoderSettings(
                new EventLimits(8 * 1024, 32, 1000, 256),
                1,
                Duration.ofDays(1),
                Duration.ofDays(1),
                Set.of()));
    EventFields fields = small.newFields();
    for (int i = 0; i < 40; i++) {
      fields.set("block" + i, "x".repeat(500));
    }
    fields.set("long", "y".repeat(100_000));
    fields.set("error.code", "LAST");

    EncodedEvent event = small.newComposer().compose(fields, HEAD, null);

    String json = text(event);
    assertThat(ownText(json).length()).isBetween(4 * 1024, 8 * 1024);
    assertThat(json).contains("LAST", "event_too_large", "\"block0\"");
    assertThat(event.document(Tier.KAFKA)).isNotNull();
  }

  @Test
  void set_stopsAtTheRoomThereIsHoweverLargeTheValue() {
    EventFields fields = rules.newFields();

    fields.set("all", Collections.nCopies(Integer.MAX_VALUE, "text"));
    fields.set("self", selfContaining());
    fields.set("throwing", throwing());

    assertThat(fields.retainedBytes()).isLessThan(2 * EventLimits.DEFAULT.maxEventBytes());
    assertThat(fields.dropped()).isGreaterThanOrEqualTo(3);
    assertThat(text(compose(fields))).contains("event_too_large", "too_deep", "unreadable");
  }

  @Test
  void set_replacesAndDoesNotGrowByReplacing() {
    EventFields fields = rules.newFields();
    for (int i = 0; i < 100_000; i++) {
      fields.set("n", "text " + i);
      fields.set("tree", Map.of("a", i, "b", List.of(i)));
    }
    fields.set("tree.c", 1);
    fields.set("n.below", 2);

    BsonDocument document = document(fields);

    assertThat(fields.dropped()).isZero();
    assertThat(document.getDocument("tree")).containsKeys("a", "b", "c");
    assertThat(document.getDocument("n").getInt32("below").getValue()).isEqualTo(2);
  }

  @Test
  void set_holdsTheFieldLimit() {
    EventFields fields = rules.newFields();
    for (int i = 0; i < 1100; i++) {
      fields.set("field" + i, i);
    }

    EncodedEvent event = compose(fields);

    assertThat(fields.dropped()).isBetween(100, 150);
    assertStrictlyValid(event);
  }

  @Test
  void compose_givesEveryEventItsOwnId() {
    EventFields fields = rules.newFields();

    assertThat(compose(fields).id()).isNotEqualTo(compose(fields).id());
    assertThat(compose(fields).id().value().version()).isEqualTo(7);
  }

  @Test
  void compose_writesDoublesThatReadBackTheSame() {
    Random random = new Random(3);
    List<Double> values = new ArrayList<>(List.of(-0.0, 0.0, 0.001, -0.001, 1e15, 1e300, 5e-324));
    for (int i = 0; i < 100_000; i++) {
      values.add(random.nextInt(10_000_000) / 1000.0);
      values.add(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
    }
    for (double value : values) {
      JsonBytes json = new JsonBytes();
      json.number(value);
      String text = new String(json.toArray(), StandardCharsets.UTF_8);
      assertThat(Double.doubleToRawLongBits(Double.parseDouble(text)))
          .as(text)
          .isEqualTo(Double.doubleToRawLongBits(value));
      assertThat(text).matches("-?\\d+\\.\\d+(E-?\\d+)?");
    }
  }

  @Test
  void anythingAServiceSets_composesIntoAnEventThatKeepsEveryRule() {
    for (int seed = 0; seed < 5_000; seed++) {
      Random random = new Random(seed);
      EventFields fields = rules.newFields();
      int sets = random.nextInt(30);
      for (int i = 0; i < sets; i++) {
        fields.set(path(random), value(random, 0));
      }
      EncodedEvent event =
          composer.compose(
              fields,
              HEAD,
              random.nextBoolean() ? null : new EventComposer.Sampled(7, "r", 0, true));
      assertStrictlyValid(event);
    }
  }

  private static void assertStrictlyValid(EncodedEvent event) {
    EncodedEvent posted = Codecs.encode(ownText(text(event)));
    EventDocument document = event.document(Tier.MONGODB);
    assertThat(posted.id()).isEqualTo(event.id());
    assertThat(posted.outcome()).isEqualTo(event.outcome());
    assertThat(document.bson().getString("_summary"))
        .isEqualTo(posted.document(Tier.MONGODB).bson().getString("_summary"));
  }

  private static String path(Random random) {
    String[] names = {
      "a",
      "b",
      "cart",
      "user",
      "id",
      "role",
      "error",
      "code",
      "message",
      "performance",
      "stage",
      "durationMs",
      "_metadata",
      "logging",
      "_x",
      "",
      "password",
      "ü",
      "\ud800",
      "a\0",
      "$d",
      "x".repeat(300),
      "timestamp",
      "route",
      "eventId"
    };
    StringBuilder path = new StringBuilder(names[random.nextInt(names.length)]);
    for (int depth = random.nextInt(3); depth > 0; depth--) {
      path.append('.').append(names[random.nextInt(names.length)]);
    }
    return random.nextInt(50) == 0 ? path + ".d".repeat(40) : path.toString();
  }

  private static @Nullable Object value(Random random, int depth) {
    return switch (random.nextInt(depth > 4 ? 12 : 15)) {
      case 0 -> null;
      case 1 -> random.nextBoolean();
      case 2 -> random.nextInt();
      case 3 -> random.nextLong();
      case 4 -> random.nextGaussian();
      case 5 -> Double.longBitsToDouble(random.nextLong());
      case 6 -> new BigInteger(random.nextInt(200), random);
      case 7 ->
          new BigDecimal(new BigInteger(random.nextInt(130), random), random.nextInt(8000) - 4000);
      case 8 -> "text \ud83d\ude00 " + random.nextInt();
      case 9 -> "half \ud83d";
      case 10 -> new Object();
      case 11 -> Float.intBitsToFloat(random.nextInt());
      case 12 -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
      case 13 -> {
        Map<Object, @Nullable Object> map = new LinkedHashMap<>();
        map.put("1", value(random, depth + 1));
        map.put(1, value(random, depth + 1));
        map.put(path(random), value(random, depth + 1));
        yield map;
      }
      default -> new @Nullable Object[] {value(random, depth + 1), "x"};
    };
  }

  private static Map<String, Object> selfContaining() {
    Map<String, Object> map = new HashMap<>();
    map.put("self", map);
    return map;
  }

  private static Iterable<String> throwing() {
    return () -> {
      throw new IllegalStateException("not now");
    };
  }

  private EncodedEvent compose(EventFields fields) {
    return composer.compose(fields, HEAD, null);
  }

  private BsonDocument document(EventFields fields) {
    EncodedEvent event = compose(fields);
    assertStrictlyValid(event);
    return event.document(Tier.KAFKA).bson();
  }

  private static String text(EncodedEvent event) {
    return new String(event.json(Tier.KAFKA), StandardCharsets.UTF_8);
  }

  /** Without what the pipeline adds at the end. */
  private static String ownText(String json) {
    return json.substring(0, json.lastIndexOf(",\"_summary\":")) + "}";
  }
}
