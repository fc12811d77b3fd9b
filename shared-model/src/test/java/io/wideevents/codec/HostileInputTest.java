package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.event.ProblemCode.BLANK;
import static io.wideevents.event.ProblemCode.BYTE_ORDER_MARK;
import static io.wideevents.event.ProblemCode.DOCUMENT_TOO_LARGE;
import static io.wideevents.event.ProblemCode.DUPLICATE_KEY;
import static io.wideevents.event.ProblemCode.EMPTY_BODY;
import static io.wideevents.event.ProblemCode.EVENT_ID_INVALID;
import static io.wideevents.event.ProblemCode.EVENT_TOO_LARGE;
import static io.wideevents.event.ProblemCode.INVALID_UTF8;
import static io.wideevents.event.ProblemCode.MALFORMED_JSON;
import static io.wideevents.event.ProblemCode.MISSING_FIELD;
import static io.wideevents.event.ProblemCode.NAME_HAS_NUL;
import static io.wideevents.event.ProblemCode.NAME_TOO_LONG;
import static io.wideevents.event.ProblemCode.NOT_AN_OBJECT;
import static io.wideevents.event.ProblemCode.NO_EVENTS;
import static io.wideevents.event.ProblemCode.NUMBER_OUT_OF_RANGE;
import static io.wideevents.event.ProblemCode.RESERVED_NAME;
import static io.wideevents.event.ProblemCode.TIMESTAMP_EXPIRED;
import static io.wideevents.event.ProblemCode.TIMESTAMP_INVALID;
import static io.wideevents.event.ProblemCode.TIMESTAMP_IN_FUTURE;
import static io.wideevents.event.ProblemCode.TIMESTAMP_IN_SECONDS;
import static io.wideevents.event.ProblemCode.TOO_DEEP;
import static io.wideevents.event.ProblemCode.TOO_LONG;
import static io.wideevents.event.ProblemCode.TOO_MANY_EVENTS;
import static io.wideevents.event.ProblemCode.TOO_MANY_FIELDS;
import static io.wideevents.event.ProblemCode.UNPAIRED_SURROGATE;
import static io.wideevents.event.ProblemCode.WRONG_TYPE;
import static io.wideevents.event.TestEvents.minimal;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventLimits;
import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import io.wideevents.event.ProblemCode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way a body can be wrong: what is said about it, and where. */
class HostileInputTest {
  /** Columns below count on from the end of this. */
  private static final String START =
      "{\"requestId\":\"r\",\"service\":\"s\",\"route\":\"GET /\",\"timestamp\":\"2026-11-22T10:00:00Z\"";

  private static final int AFTER = START.length() + 1;

  private static final EncoderSettings LIMITS =
      new EncoderSettings(
          new EventLimits(8 * 1024 * 1024, 5, 20, 16),
          3,
          Duration.ofDays(30),
          Duration.ofHours(24),
          Set.of());

  private static final EventEncoder ENCODER = new EventEncoder(LIMITS, Codecs.CLOCK);

  /**
   * @param column where in line 1; 0 when the problem has no place
   */
  record Hostile(String text, ProblemCode code, String field, int column) {
    @Override
    public String toString() {
      String shown = text.length() > 40 ? "…" + text.substring(text.length() - 40) : text;
      return code + " in " + shown.replace('\u0000', '?');
    }
  }

  static Stream<Hostile> events() {
    return Stream.of(
        // missing and mistyped
        new Hostile(without("requestId"), MISSING_FIELD, "requestId", 0),
        new Hostile(without("service"), MISSING_FIELD, "service", 0),
        new Hostile(without("route"), MISSING_FIELD, "route", 0),
        new Hostile(without("timestamp"), MISSING_FIELD, "timestamp", 0),
        new Hostile(with("_sampling", "{}"), MISSING_FIELD, "_sampling.rate", 0),
        new Hostile(instead("requestId", "null"), WRONG_TYPE, "requestId", 14),
        new Hostile(instead("service", "[\"s\"]"), WRONG_TYPE, "service", 28),
        new Hostile(instead("route", "{\"a\":1}"), WRONG_TYPE, "route", 40),
        new Hostile(instead("timestamp", "1795341540819.5"), WRONG_TYPE, "timestamp", 60),
        new Hostile(instead("timestamp", "{}"), WRONG_TYPE, "timestamp", 60),
        new Hostile(with("eventId", "7"), WRONG_TYPE, "eventId", AFTER + 11),
        new Hostile(with("user", "\"bob\""), WRONG_TYPE, "user", AFTER + 8),
        new Hostile(with("user", "{\"id\":1.5}"), WRONG_TYPE, "user.id", AFTER + 14),
        new Hostile(with("user", "{\"role\":1}"), WRONG_TYPE, "user.role", AFTER + 16),
        new Hostile(with("error", "[]"), WRONG_TYPE, "error", AFTER + 9),
        new Hostile(with("error", "{\"code\":5}"), WRONG_TYPE, "error.code", AFTER + 17),
        new Hostile(with("error", "{\"message\":{}}"), WRONG_TYPE, "error.message", AFTER + 20),
        new Hostile(with("performance", "12"), WRONG_TYPE, "performance", AFTER + 15),
        new Hostile(
            with("performance", "{\"durationMs\":\"12\"}"),
            WRONG_TYPE,
            "performance.durationMs",
            AFTER + 29),
        new Hostile(with("_metadata", "[]"), WRONG_TYPE, "_metadata", AFTER + 13),
        new Hostile(with("_sampling", "5"), WRONG_TYPE, "_sampling", AFTER + 13),
        new Hostile(with("_sampling", "{\"rate\":1.5}"), WRONG_TYPE, "_sampling.rate", AFTER + 21),
        new Hostile(
            with("_sampling", "{\"rate\":1,\"rule\":1}"), WRONG_TYPE, "_sampling.rule", AFTER + 30),
        // texts
        new Hostile(instead("requestId", "\"\""), BLANK, "requestId", 14),
        new Hostile(instead("service", "\" \\t\\u3000\""), BLANK, "service", 28),
        new Hostile(instead("route", "\"" + "é".repeat(129) + "\""), TOO_LONG, "route", 40),
        // numbers
        new Hostile(with("x", "[0,1e9999]"), NUMBER_OUT_OF_RANGE, "x[1]", AFTER + 8),
        new Hostile(
            with("performance", "{\"durationMs\":-0.1}"),
            NUMBER_OUT_OF_RANGE,
            "performance.durationMs",
            AFTER + 29),
        new Hostile(
            with("_sampling", "{\"rate\":0}"), NUMBER_OUT_OF_RANGE, "_sampling.rate", AFTER + 21),
        // timestamps
        new Hostile(instead("timestamp", "\"today\""), TIMESTAMP_INVALID, "timestamp", 60),
        new Hostile(
            instead("timestamp", "\"2026-11-22T10:00:00\""), TIMESTAMP_INVALID, "timestamp", 60),
        new Hostile(instead("timestamp", "-1"), TIMESTAMP_INVALID, "timestamp", 60),
        new Hostile(instead("timestamp", "1795341600000000"), TIMESTAMP_INVALID, "timestamp", 60),
        new Hostile(
            instead("timestamp", "1795341600000000000000"), TIMESTAMP_INVALID, "timestamp", 60),
        new Hostile(instead("timestamp", "1795341600"), TIMESTAMP_IN_SECONDS, "timestamp", 60),
        new Hostile(instead("timestamp", "99999999999"), TIMESTAMP_IN_SECONDS, "timestamp", 60),
        new Hostile(
            instead("timestamp", quoted(NOW.minus(Duration.ofDays(30)).minusMillis(1))),
            TIMESTAMP_EXPIRED,
            "timestamp",
            60),
        new Hostile(instead("timestamp", "100000000000"), TIMESTAMP_EXPIRED, "timestamp", 60),
        new Hostile(
            instead("timestamp", quoted(NOW.plus(Duration.ofHours(24)).plusMillis(1))),
            TIMESTAMP_IN_FUTURE,
            "timestamp",
            60),
        // ids and names
        new Hostile(with("eventId", "\"x\""), EVENT_ID_INVALID, "eventId", AFTER + 11),
        new Hostile(
            with("eventId", "\"00000000-0000-0000-0000-000000000000\""),
            EVENT_ID_INVALID,
            "eventId",
            AFTER + 11),
        new Hostile(with("_id", "1"), RESERVED_NAME, "_id", AFTER + 1),
        new Hostile(with("_ingest", "{}"), RESERVED_NAME, "_ingest", AFTER + 1),
        new Hostile(with("_", "1"), RESERVED_NAME, "_", AFTER + 1),
        new Hostile(with("a\\u0000b", "1"), NAME_HAS_NUL, "a\u0000b", AFTER + 1),
        new Hostile(with("n".repeat(17), "1"), NAME_TOO_LONG, "n".repeat(17), AFTER + 1),
        new Hostile(with("é".repeat(9), "1"), NAME_TOO_LONG, "é".repeat(9), AFTER + 1),
        new Hostile(with("x", "{\"y\":[\"\\ud83d\"]}"), UNPAIRED_SURROGATE, "x.y[0]", AFTER + 11),
        new Hostile(with("route", "\"x\""), DUPLICATE_KEY, "route", AFTER + 1),
        new Hostile(with("x", "{\"a\":1,\"\\u0061\":2}"), DUPLICATE_KEY, "x.a", AFTER + 12),
        new Hostile(with("x", "[{},{\"a\":1,\"a\":1}]"), DUPLICATE_KEY, "x[1].a", AFTER + 16),
        // sizes
        new Hostile(with("x", "{\"a\":[[[[1]]]]}"), TOO_DEEP, "x.a[0][0][0]", AFTER + 13),
        new Hostile(with("x", "[[[[{}]]]]"), TOO_DEEP, "x[0][0][0][0]", AFTER + 9),
        new Hostile(with("x", "[".repeat(200_000)), TOO_DEEP, "", AFTER + 100_005),
        new Hostile(with("x", fields(16)), TOO_MANY_FIELDS, "x.f15", AFTER + 6 + 10 * 7 + 5 * 8),
        new Hostile(with("x", "\"" + "a".repeat(8 * 1024 * 1024) + "\""), EVENT_TOO_LARGE, "", 0),
        new Hostile(with("x", "[0" + ",0".repeat(2_000_000) + "]"), DOCUMENT_TOO_LARGE, "", 0));
  }

  static Stream<Hostile> bodies() {
    return Stream.of(
        new Hostile("", EMPTY_BODY, "", 0),
        new Hostile("\n \t\r\n", EMPTY_BODY, "", 0),
        new Hostile("[]", NO_EVENTS, "", 0),
        new Hostile(" [ ] ", NO_EVENTS, "", 0),
        new Hostile("7", NOT_AN_OBJECT, "", 1),
        new Hostile("\"{}\"", NOT_AN_OBJECT, "", 1),
        new Hostile("null", NOT_AN_OBJECT, "", 1),
        new Hostile("[".repeat(200_000), TOO_DEEP, "", 100_002),
        new Hostile("[{},{},{},{}]", TOO_MANY_EVENTS, "", 11),
        new Hostile("\uFEFF{}", BYTE_ORDER_MARK, "", 1),
        new Hostile("{", MALFORMED_JSON, "", 2),
        new Hostile("[{}", MALFORMED_JSON, "", 4),
        new Hostile("{\"a\"", MALFORMED_JSON, "", 5),
        new Hostile("{\"a", MALFORMED_JSON, "", 4),
        new Hostile("{\"a\":1,}", MALFORMED_JSON, "", 8),
        new Hostile("{\"a\":[1,]}", MALFORMED_JSON, "", 9),
        new Hostile("{'a':1}", MALFORMED_JSON, "", 2),
        new Hostile("{a:1}", MALFORMED_JSON, "", 2),
        new Hostile("{\"a\" 1}", MALFORMED_JSON, "", 6),
        new Hostile("{\"a\":01}", MALFORMED_JSON, "", 7),
        new Hostile("{\"a\":+1}", MALFORMED_JSON, "", 7),
        new Hostile("{\"a\":.5}", MALFORMED_JSON, "", 6),
        new Hostile("{\"a\":1.}", MALFORMED_JSON, "", 8),
        new Hostile("{\"a\":1e}", MALFORMED_JSON, "", 8),
        new Hostile("{\"a\":-}", MALFORMED_JSON, "", 7),
        new Hostile("{\"a\":0x1}", MALFORMED_JSON, "", 7),
        new Hostile("{\"a\":NaN}", MALFORMED_JSON, "", 9),
        new Hostile("{\"a\":Infinity}", MALFORMED_JSON, "", 14),
        new Hostile("{\"a\":-Infinity}", MALFORMED_JSON, "", 15),
        new Hostile("{\"a\":True}", MALFORMED_JSON, "", 6),
        new Hostile("{\"a\":nul}", MALFORMED_JSON, "", 6),
        new Hostile("{\"a\":\"\t\"}", MALFORMED_JSON, "", 7),
        new Hostile("{\"a\":\"\\x\"}", MALFORMED_JSON, "", 8),
        new Hostile("{\"a\":\"\\u12g4\"}", MALFORMED_JSON, "", 11),
        new Hostile("{\"a\":1}/**/", MALFORMED_JSON, "", 8),
        new Hostile("//\n{\"a\":1}", MALFORMED_JSON, "", 1),
        new Hostile("{\"a\":1}]", MALFORMED_JSON, "", 8),
        new Hostile("{\"a\":1}{\"a\":1}", MALFORMED_JSON, "", 8),
        new Hostile("[{\"a\":1}],", MALFORMED_JSON, "", 10),
        new Hostile("[{\"a\":1}}", MALFORMED_JSON, "", 9),
        new Hostile("{]", MALFORMED_JSON, "", 2),
        new Hostile("\u0000{\u0000}", MALFORMED_JSON, "", 1),
        new Hostile("{\u0000}\u0000", MALFORMED_JSON, "", 2));
  }

  @Test
  void encode_saysLessOfEachEventWhenManyAreRefused() {
    // Given a body of which every reply would be twenty times as large
    String numbers =
        IntStream.range(0, 40)
            .mapToObj(i -> ",\"n" + i + "\":1e9999")
            .collect(Collectors.joining());
    String event = START + numbers + "}";
    String body = "[" + String.join(",", Collections.nCopies(2_000, event)) + "]";

    // When
    BodyResult result =
        new EventEncoder(EncoderSettings.DEFAULT, Codecs.CLOCK)
            .encode(body.getBytes(StandardCharsets.UTF_8), body.length(), BodyFormat.JSON);

    // Then the first event reports as many problems as it may, and each event reports at least one
    List<Integer> reported =
        ((BodyResult.Events) result)
            .results().stream()
                .map(each -> ((EncodeResult.Rejected) each).problems().size())
                .toList();
    assertThat(reported).hasSize(2_000).allMatch(count -> count > 0);
    assertThat(reported.getFirst()).isEqualTo(EventProblems.MAX_PROBLEMS);
    assertThat(reported.stream().mapToInt(Integer::intValue).sum()).isLessThan(3_500);
  }

  @ParameterizedTest
  @MethodSource("events")
  void encode_rejectsTheEventAndSaysWhere(Hostile hostile) {
    BodyResult result = encode(hostile.text());

    EncodeResult event = Codecs.events(result).getFirst();
    assertProblem(Codecs.problems(event).getFirst(), hostile);
    assertThat(Codecs.problems(event)).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("bodies")
  void encode_refusesTheBodyAndSaysWhere(Hostile hostile) {
    BodyResult result = encode(hostile.text());

    assertProblem(bodyProblem(result), hostile);
  }

  @Test
  void encode_saysWhichByteIsNotUtf8() {
    byte[] body = ("{\n\"a\":\"" + "ÿ\"}").getBytes(StandardCharsets.ISO_8859_1);

    EventProblem problem = bodyProblem(ENCODER.encode(body, body.length, BodyFormat.JSON));

    assertThat(problem.code()).isEqualTo(INVALID_UTF8.code());
    assertThat(problem.position()).isEqualTo(new Position(2, 6));
    assertThat(problem.message()).contains("0xff").contains("offset 7");
  }

  @Test
  void everyCodeHasACase() {
    Set<ProblemCode> shown = EnumSet.of(INVALID_UTF8);
    Stream.concat(events(), bodies()).map(Hostile::code).forEach(shown::add);

    assertThat(shown).containsExactlyInAnyOrderElementsOf(ProblemCode.ofPostedEvents());
  }

  @Test
  void encode_ofAnArray_rejectsItemsThatAreNoObjects() {
    List<EncodeResult> results = Codecs.events(encode("[ [{}], " + START + "}, \"x\"]"));

    assertThat(Codecs.problems(results.get(0)).getFirst().code()).isEqualTo(NOT_AN_OBJECT.code());
    assertThat(Codecs.encoded(results.get(1)).requestId()).isEqualTo("r");
    assertThat(Codecs.problems(results.get(2)).getFirst().code()).isEqualTo(NOT_AN_OBJECT.code());
  }

  @Test
  void encode_ofAnArray_goesOnAfterAnEventThatIsFarTooDeep() {
    String deep = with("x", "[".repeat(90_000) + "]".repeat(90_000));

    List<EncodeResult> results = Codecs.events(encode("[" + deep + "," + START + "}]"));

    assertThat(Codecs.problems(results.get(0)).getFirst().code()).isEqualTo(TOO_DEEP.code());
    assertThat(Codecs.encoded(results.get(1)).requestId()).isEqualTo("r");
  }

  @Test
  void encode_boundsTheProblemsOfAnEvent() {
    String many =
        IntStream.range(0, 1000).mapToObj(i -> "1e9999").collect(Collectors.joining(",", "[", "]"));

    assertThat(Codecs.problems(Codecs.events(encode(with("x", many))).getFirst()))
        .hasSize(EventProblems.MAX_PROBLEMS);
  }

  @Test
  void encode_boundsThePathOfAField() {
    EventEncoder wide =
        new EventEncoder(
            new EncoderSettings(
                new EventLimits(1 << 20, 30, 100, 4096),
                1,
                Duration.ofDays(30),
                Duration.ZERO,
                Set.of("secret")),
            Codecs.CLOCK);
    String name = "😀".repeat(500);
    byte[] body =
        with(name, "{\"" + name + "\":{\"bad\":1e9999}}").getBytes(StandardCharsets.UTF_8);

    EventProblem problem =
        Codecs.problems(Codecs.events(wide.encode(body, body.length, BodyFormat.JSON)).getFirst())
            .getFirst();

    assertThat(problem.field()).hasSizeLessThan(260).endsWith("…");
    assertThat(Utf8.hasUnpairedSurrogate(problem.field())).isFalse();
  }

  @Test
  void encode_takesWhatIsJustAllowed() {
    for (String good :
        List.of(
            minimal("r".repeat(256), NOW),
            with("n".repeat(16), "1"),
            with("x", "[[[[]]]]"),
            with("x", fields(15)),
            with("x", "[" + "{},".repeat(5000) + "1]"),
            with("error", "null"),
            with("user", "null"),
            with("user", "{\"id\":null,\"role\":null}"),
            with("user", "{\"id\":12345678901234567890}"),
            with("performance", "{\"durationMs\":null}"),
            with("_sampling", "null"),
            with("_sampling", "{\"rate\":10,\"rule\":\"rest\",\"more\":true}"),
            with("_metadata", "{\"_id\":1,\"_ingest\":2}"),
            with("_summary", "[\"anything\"]"),
            with("eventId", "null"),
            with("", "1"),
            with("$where", "{\"$date\":{\"a.b\":1},\".\":2}"),
            with("x", "{\"a\":{\"a\":1},\"b\":{\"a\":1}}"),
            with("x", "\"\\ud83d\\ude00 \\u0000\""),
            instead("timestamp", quoted(NOW.minus(Duration.ofDays(30)))),
            instead("timestamp", quoted(NOW.plus(Duration.ofHours(24)))),
            instead("timestamp", Long.toString(NOW.toEpochMilli())))) {
      assertThat(Codecs.events(encode(good)))
          .as(good)
          .allSatisfy(result -> assertThat(result).isInstanceOf(EncodeResult.Encoded.class));
    }
  }

  private static BodyResult encode(String text) {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    return ENCODER.encode(body, body.length, BodyFormat.JSON);
  }

  private static EventProblem bodyProblem(BodyResult result) {
    return switch (result) {
      case BodyResult.Malformed malformed -> malformed.problem();
      case BodyResult.TooManyEvents tooMany -> tooMany.problem();
      case BodyResult.Events events -> throw new AssertionError("read as " + events);
    };
  }

  private static void assertProblem(EventProblem problem, Hostile hostile) {
    @Nullable Position position = hostile.column() == 0 ? null : new Position(1, hostile.column());
    assertThat(problem.code()).isEqualTo(hostile.code().code());
    assertThat(problem.field()).isEqualTo(hostile.field());
    assertThat(problem.position()).isEqualTo(position);
    assertThat(problem.message()).isNotBlank();
    assertThat(problem.fix()).isNotBlank();
  }

  private static String with(String name, String value) {
    return START + ",\"" + name + "\":" + value + "}";
  }

  private static String without(String name) {
    return (START + "}").replaceAll("\"" + name + "\":\"[^\"]*\",?", "").replace(",}", "}");
  }

  private static String instead(String name, String value) {
    return (START + "}")
        .replaceAll("(\"" + name + "\":)\"[^\"]*\"", "$1" + value.replace("\\", "\\\\"));
  }

  private static String quoted(Object text) {
    return "\"" + text + "\"";
  }

  private static String fields(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> "\"f" + i + "\":1")
        .collect(Collectors.joining(",", "{", "}"));
  }
}
