package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventDocument;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LenientIntakeTest {
  private static final String TIME = "\"timestamp\":\"2026-11-22T09:59:00Z\"";
  private static final String REST = "\"service\":\"shop\",\"route\":\"GET /\"";
  private static final String VALID = "{\"requestId\":\"r-1\"," + REST + "," + TIME + "}";

  /** An event, its options, the fields that its document must have, and what was inferred. */
  static Stream<Arguments> inferences() {
    return Stream.of(
        inferred("", VALID, "{}"),
        inferred(
            "",
            with("\"@timestamp\":\"2026-11-22T09:59:00Z\"", REST, "\"requestId\":\"r-1\""),
            "{\"timestamp\":{\"$date\":\"2026-11-22T09:59:00Z\"}}",
            "timestamp: from @timestamp"),
        inferred(
            "",
            with("\"ts\":1795341540.25", REST, "\"requestId\":\"r-1\""),
            "{\"timestamp\":{\"$date\":\"2026-11-22T09:59:00.25Z\"}}",
            "timestamp: epoch seconds",
            "timestamp: from ts"),
        inferred(
            "",
            with("\"time\":\"soon\",\"date\":1795341540000", REST, "\"requestId\":\"r-1\""),
            "{\"timestamp\":{\"$date\":\"2026-11-22T09:59:00Z\"},\"time\":\"soon\"}",
            "timestamp: from date"),
        inferred(
            "",
            with("\"timestamp\":null,\"time\":1795341540000", REST, "\"requestId\":\"r-1\""),
            "{\"timestamp\":{\"$date\":\"2026-11-22T09:59:00Z\"}}",
            "timestamp: from time"),
        inferred(
            "",
            with(TIME, REST, "\"traceId\":\"t-1\",\"trace_id\":\"t-2\""),
            "{\"requestId\":\"t-1\",\"traceId\":\"t-1\",\"trace_id\":\"t-2\"}",
            "requestId: from traceId"),
        inferred(
            "",
            with(TIME, REST, "\"trace_id\":\" \",\"x-request-id\":4711"),
            "{\"requestId\":\"4711\",\"x-request-id\":4711}",
            "requestId: from x-request-id"),
        inferred(
            "",
            with(TIME, REST, "\"trace\":{\"id\":\"t-1\"}"),
            "{\"requestId\":\"t-1\",\"trace\":{\"id\":\"t-1\"}}",
            "requestId: from trace.id"),
        inferred(
            "",
            with(TIME, REST, "\"trace.id\":\"t-1\""),
            "{\"requestId\":\"t-1\",\"trace.id\":\"t-1\"}",
            "requestId: from trace.id"),
        inferred(
            "service=web",
            with(TIME, "\"requestId\":\"r-1\",\"route\":\"x\",\"service\":{\"name\":\"shop\"}"),
            "{\"service\":\"shop\"}",
            "service: from service.name"),
        inferred(
            "",
            with(
                TIME,
                "\"requestId\":\"r-1\",\"route\":\"x\"",
                "\"service\":{\"name\":\"shop\",\"version\":\"1.2\"},\"resource\":{\"a\":1}"),
            "{\"service\":\"shop\","
                + "\"resource\":{\"a\":1,\"service\":{\"name\":\"shop\",\"version\":\"1.2\"}}}",
            "service: from service.name"),
        inferred(
            "",
            with(TIME, "\"requestId\":\"r-1\",\"route\":\"x\",\"service.name\":\"shop\""),
            "{\"service\":\"shop\",\"service.name\":\"shop\"}",
            "service: from service.name"),
        inferred(
            "nest",
            with(TIME, "\"requestId\":\"r-1\",\"route\":\"x\",\"service.name\":\"shop\""),
            "{\"service\":\"shop\"}",
            "service.name: nested",
            "service: from service.name"),
        inferred(
            "",
            with(
                TIME,
                REST,
                "\"ecs\":{\"version\":\"8.11\"},\"log\":{\"level\":\"ERROR\"},\"trace\":{\"id\":\"t\"}",
                "\"error\":{\"type\":\"java.io.IOException\",\"message\":\"no\"}"),
            "{\"level\":\"ERROR\",\"log\":{\"level\":\"ERROR\"},\"error\":{\"type\":"
                + "\"java.io.IOException\",\"message\":\"no\",\"code\":\"java.io.IOException\"}}",
            "requestId: from trace.id",
            "level: from log.level",
            "error.code: from error.type"),
        inferred(
            "nest",
            with(
                TIME,
                REST,
                "\"requestId\":\"r-1\",\"log.level\":\"ERROR\",\"error.type\":\"E\"",
                "\"a.b\":1"),
            "{\"log\":{\"level\":\"ERROR\"},\"error\":{\"type\":\"E\"}}",
            "log.level: nested",
            "error.type: nested",
            "a.b: nested"),
        inferred(
            "service=web;route=log",
            with(TIME, "\"requestId\":\"r-1\"", "\"service\":null"),
            "{\"service\":\"web\",\"route\":\"log\"}",
            "service: by default",
            "route: by default"),
        inferred(
            "service=web;route=log;service-field=app.name;route-field=url",
            with(TIME, "\"requestId\":\"r-1\"", "\"app\":{\"name\":\"shop\"},\"url\":\"/a\""),
            "{\"service\":\"shop\",\"route\":\"/a\",\"url\":\"/a\"}",
            "service: from app.name",
            "route: from url"),
        inferred(
            "service-field=app.name",
            with(TIME, "\"requestId\":\"r-1\",\"route\":\"x\"", "\"app.name\":\"dotted\""),
            "{\"service\":\"dotted\",\"app.name\":\"dotted\"}",
            "service: from app.name"),
        inferred(
            "",
            with(TIME, REST, "\"requestId\":\"r-1\",\"error\":{\"code\":404,\"message\":\"no\"}"),
            "{\"error\":{\"code\":\"404\",\"message\":\"no\"}}",
            "error.code: integer as text"),
        inferred(
            "",
            with(TIME, REST, "\"requestId\":\"r-1\",\"error\":\"connection reset\""),
            "{\"error\":{\"message\":\"connection reset\"}}",
            "error: text as its message"),
        inferred(
            "nest",
            with(TIME, REST, "\"requestId\":\"r-1\",\"error.code\":404,\"http.status_code\":200"),
            "{\"error\":{\"code\":\"404\"},\"http\":{\"status_code\":200}}",
            "error.code: nested",
            "http.status_code: nested",
            "error.code: integer as text"),
        inferred(
            "nest",
            with(TIME, REST, "\"requestId\":\"r-1\",\"l\":[{\"a.b\":1}],\"o\":{\"c.d.e\":[2]}"),
            "{\"l\":[{\"a\":{\"b\":1}}],\"o\":{\"c\":{\"d\":{\"e\":[2]}}}}",
            "a.b: nested",
            "c.d.e: nested"),
        inferred(
            "nest",
            with(TIME, REST, "\"requestId\":\"r-1\",\"a.b\":1,\"a\":2,\"c\":{\"d\":3},\"c.d\":4"),
            "{\"a.b\":1,\"a\":2,\"c\":{\"d\":3},\"c.d\":4}"),
        inferred(
            "nest",
            with(
                TIME,
                REST,
                "\"requestId\":\"r-1\",\"c.e\":4,\"c\":{\"d\":3},\"x.y\":1,\"x.y.z\":2"),
            "{\"c\":{\"d\":3,\"e\":4},\"x\":{\"y\":1},\"x.y.z\":2}",
            "c.e: nested",
            "x.y: nested"),
        inferred(
            "nest",
            with(TIME, REST, "\"requestId\":\"r-1\",\".a\":1,\"b.\":2,\"c..d\":3"),
            "{\".a\":1,\"b.\":2,\"c..d\":3}"),
        inferred("", with(TIME, REST, "\"requestId\":\"r-1\",\"a.b\":1"), "{\"a.b\":1}"),
        inferred(
            "last-wins",
            with(TIME, REST, "\"requestId\":\"r-0\",\"requestId\":\"r-1\",\"o\":{\"a\":1,\"a\":2}"),
            "{\"requestId\":\"r-1\",\"o\":{\"a\":2}}",
            "requestId: last of several",
            "a: last of several"),
        inferred(
            "",
            with(
                TIME,
                REST,
                "\"requestId\":\"r-1\",\"n\":1.10,\"big\":12345678901234567891,\"error\":\"e\""),
            "{\"n\":1.1,\"big\":{\"$numberDecimal\":\"12345678901234567891\"}}",
            "error: text as its message"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("inferences")
  void event_getsWhatItLacksAndNamesIt(
      String options, String event, String expected, List<String> inferred) {
    // When
    BsonDocument document = document(encoded(encodeOne(options, event)));

    // Then
    BsonDocument.parse(expected)
        .forEach((name, value) -> assertThat(document).containsEntry(name, value));
    assertThat(inferred(document)).isEqualTo(inferred);
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("inferences")
  void document_isTheSameByWayOfKafka(
      String options, String event, String expected, List<String> inferred) {
    EncodedEvent encoded = encoded(encodeOne(options, event));

    BsonDocument read = bson(Codecs.decoded(encoded.json(Tier.KAFKA)));

    assertThat(read).isEqualTo(document(encoded));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"service\":{\"version\":\"1\"}",
        "\"service\":{\"name\":{}}",
        "\"service\":{\"name\":\"a\",\"version\":1},\"resource\":\"taken\"",
        "\"service\":{\"name\":\"a\",\"version\":1},\"resource\":{\"service\":\"taken\"}"
      })
  void anObjectWithoutTheNameOfAService_isRejected(String service) {
    String event = with(TIME, "\"requestId\":\"r-1\",\"route\":\"x\"", service);

    assertThat(problems(encodeOne("service=web", event)))
        .extracting(EventProblem::field)
        .containsExactly("service");
  }

  @Test
  void events_thatFollowTheRulesAreTheSameAsUnderTheStrictIntake() {
    for (int seed = 0; seed < 500; seed++) {
      String event = new RandomEvent(seed).json();

      EncodedEvent lenient = encoded(encodeOne("last-wins;zone=UTC;service=web", event));

      assertThat(lenient.json(Tier.KAFKA)).isEqualTo(Codecs.encode(event).json(Tier.KAFKA));
    }
  }

  @Test
  void requestId_isGeneratedFromTheContentSoThatTheSamePostIsTheSameEvent() {
    String event = with(TIME, REST, "\"n\":1");

    EncodedEvent first = encoded(encodeOne("", event));
    EncodedEvent again = encoded(encodeOne("", event));
    EncodedEvent other = encoded(encodeOne("", event.replace(":1}", ":2}")));

    assertThat(first.requestId()).matches("gen-[0-9a-f]{32}");
    assertThat(again.id()).isEqualTo(first.id());
    assertThat(other.requestId()).isNotEqualTo(first.requestId());
    assertThat(inferred(document(first))).containsExactly("requestId: generated");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\"password\":\"%s\"", "\"db.passwd\":\"%s\"", "\"a\":{\"token\":\"%s\"}"})
  void generatedRequestId_doesNotDependOnASecret(String secret) {
    EncodedEvent one = encoded(encodeOne("nest", with(TIME, REST, secret.formatted("1234"))));
    EncodedEvent other = encoded(encodeOne("nest", with(TIME, REST, secret.formatted("9999"))));

    assertThat(other.requestId()).isEqualTo(one.requestId());
    assertThat(other.id()).isEqualTo(one.id());
    assertThat(new String(one.json(Tier.KAFKA), StandardCharsets.UTF_8)).doesNotContain("1234");
  }

  @Test
  void headers_nameServiceAndRouteAfterTheFieldAndBeforeTheDefault() {
    LenientRules rules =
        rules("service=web;route=log;service-field=app")
            .withHeaders(Optional.of("from-header"), Optional.of("GET /header"));

    EncodedEvent event =
        encoded(
            events(encode(rules, with(TIME, "\"requestId\":\"r\"", "\"app\":\"shop\""), null))
                .getFirst());

    assertThat(document(event).getString("service").getValue()).isEqualTo("shop");
    assertThat(document(event).getString("route").getValue()).isEqualTo("GET /header");
    assertThat(inferred(document(event)))
        .containsExactly("body: JSON", "service: from app", "route: from header");
  }

  /** Events that stay invalid, and the problem. */
  static Stream<Arguments> invalid() {
    return Stream.of(
        Arguments.of("", with(TIME, "\"requestId\":\"r\""), "missing_field service"),
        Arguments.of("", with(REST, "\"requestId\":\"r\""), "missing_field timestamp"),
        Arguments.of("", with(REST, "\"requestId\":\"r\",\"time\":12"), "missing_field timestamp"),
        Arguments.of(
            "",
            with(REST, "\"requestId\":\"r\",\"time\":\"2026-11-22 09:59:00\""),
            "missing_field timestamp"),
        Arguments.of(
            "",
            with(REST, "\"requestId\":\"r\",\"timestamp\":\"2026-11-22 09:59:00\""),
            "timestamp_invalid timestamp"),
        Arguments.of("", with(REST, TIME, "\"a\":1,\"a\":2"), "duplicate_key a"),
        Arguments.of("", with(REST, TIME, "\"_x\":1"), "reserved_name _x"),
        Arguments.of("nest", with(REST, TIME, "\"_x.y\":1"), "reserved_name _x"),
        Arguments.of("", with(REST, "\"ts\":995341540"), "timestamp_expired timestamp"),
        Arguments.of("service=x", "7", "not_an_object "));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("invalid")
  void event_thatStillBreaksARuleIsRejectedWithIt(String options, String event, String problem) {
    EncodeResult result =
        events(encode(rules(options), "[" + event + "]", BodyFormat.JSON)).getFirst();

    assertThat(problems(result))
        .extracting(found -> found.code() + " " + found.field())
        .contains(problem);
    assertThat(((EncodeResult.Rejected) result).text().bytes()).asString().isEqualTo(event);
  }

  @Test
  void problems_ofAnUnchangedEventKeepTheirPositions() {
    String event = "{\n  \"a\": 1,\n  \"a\": 2, " + VALID.substring(1);

    assertThat(problems(encodeOne("nest", event))).isEqualTo(Codecs.problemsOf(event));
  }

  @Test
  void problems_ofARewrittenEventHaveNoPositionInTheRewrittenText() {
    String event = with("\"ts\":1795341540.25", REST, "\"requestId\":\" \"");

    assertThat(problems(encodeOne("", event)))
        .extracting(EventProblem::code, EventProblem::field, EventProblem::position)
        .containsExactly(tuple("blank", "requestId", null));
  }

  /** Bodies under a declared format, and the number of events they have. */
  static Stream<Arguments> bodies() {
    String two = VALID + "\n" + VALID.replace("r-1", "r-2") + "\n";
    String pretty = "{\n  \"requestId\": \"r-1\",\n" + VALID.substring(19);
    return Stream.of(
        Arguments.of("", two, BodyFormat.JSON, 2, "body: NDJSON"),
        Arguments.of("", two, null, 2, "body: NDJSON"),
        Arguments.of("", two, BodyFormat.NDJSON, 2, ""),
        Arguments.of("", VALID, null, 1, "body: JSON"),
        Arguments.of("", VALID, BodyFormat.NDJSON, 1, ""),
        Arguments.of("", pretty, BodyFormat.NDJSON, 1, "body: JSON"),
        Arguments.of("", "[" + VALID + "]", BodyFormat.NDJSON, 1, "body: JSON"),
        Arguments.of(
            "", "[\n" + VALID + "\n,\n" + VALID + "]\n", BodyFormat.NDJSON, 2, "body: JSON"),
        Arguments.of(
            "events=/logs", "{\"logs\":[" + VALID + "]}", BodyFormat.JSON, 1, "events: from /logs"),
        Arguments.of("events=/logs", VALID, BodyFormat.JSON, 1, ""),
        Arguments.of("events=/logs", two, BodyFormat.NDJSON, 2, ""),
        Arguments.of(
            "events=/a/b~1c",
            "{\"x\":[1],\"a\":{\"y\":2,\"b/c\":[" + VALID + "," + VALID + "]},\"z\":{}}",
            BodyFormat.JSON,
            2,
            "events: from /a/b/c"),
        Arguments.of(
            "events=/event",
            "{\"event\": " + VALID + " }",
            BodyFormat.JSON,
            1,
            "events: from /event"));
  }

  @ParameterizedTest(name = "{0} {2} {1}")
  @MethodSource("bodies")
  void body_isReadForWhatItIs(
      String options, String body, @Nullable BodyFormat declared, int count, String inference) {
    List<EncodeResult> results = events(encode(rules(options), body, declared));

    assertThat(results).hasSize(count).allSatisfy(Codecs::encoded);
    assertThat(inferred(document(encoded(results.getFirst()))))
        .isEqualTo(inference.isEmpty() ? List.of() : List.of(inference));
  }

  @Test
  void tornLine_isOneRejectedEventWhateverWasDeclared() {
    String body = VALID + "\n{\"torn\n" + VALID + "\n";

    List<EncodeResult> results = events(encode(rules(""), body, BodyFormat.JSON));

    assertThat(results).hasSize(3);
    assertThat(problems(results.get(1)))
        .extracting(EventProblem::code)
        .containsExactly("malformed_json");
    encoded(results.get(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"torn", "rn\":1}", "{\"long\":\"LONG\"}", "{\"a\":tru}"})
  void firstLine_thatCannotBeReadIsOneRejectedEventWhateverWasDeclared(String first) {
    String body = first.replace("LONG", "x".repeat(300_000)) + "\n" + VALID + "\n" + VALID + "\n";
    List<BodyResult> results = new ArrayList<>();
    for (BodyFormat declared : BodyFormat.values()) {
      results.add(encode(rules(""), body, declared));
    }
    results.add(encode(rules(""), body, null));

    assertThat(results)
        .allSatisfy(
            result -> {
              assertThat(events(result)).hasSize(3);
              assertThat(events(result).getFirst()).isInstanceOf(EncodeResult.Rejected.class);
              encoded(events(result).getLast());
            });
  }

  /** Wrappers that must not be taken apart, because events in them could be lost. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"logs\":[%s],\"logs\":[%s]}",
        "{\"logs\":7,\"more\":[%s]}",
        "{\"logs\":[%s]} {}",
        "{\"logs\":[%s],\"torn\":"
      })
  void wrapper_thatIsNotPlainIsNoWrapper(String wrapper) {
    String body = wrapper.replace("%s", VALID);

    BodyResult result = encode(rules("events=/logs"), body, BodyFormat.JSON);

    boolean isRejected =
        result instanceof BodyResult.Malformed
            || events(result).stream().allMatch(EncodeResult.Rejected.class::isInstance);
    assertThat(isRejected).isTrue();
  }

  @Test
  void positions_insideAWrapperAreThoseOfTheBody() {
    String body = "{\"logs\":\n[" + VALID + ",\n  7]}";

    EncodeResult second = events(encode(rules("events=/logs"), body, BodyFormat.JSON)).get(1);

    assertThat(problems(second).getFirst().position()).isEqualTo(new EventProblem.Position(3, 3));
  }

  @Test
  void overwrittenEvent_isNotAcceptedByItsReadableRemains() {
    String body = "[" + VALID.replace("{", "{\"" + "n".repeat(5_000) + "\":1,") + "," + VALID + "]";

    List<EncodeResult> results = events(encode(rules("nest;last-wins"), body, BodyFormat.JSON));

    assertThat(problems(results.get(0)))
        .extracting(EventProblem::code)
        .containsExactly("name_too_long");
    encoded(results.get(1));
  }

  @Test
  void inferences_areLimitedInNumberAndLength() {
    StringBuilder event = new StringBuilder("{\"requestId\":\"r-1\"");
    for (int i = 0; i < 400; i++) {
      event.append(",\"name").append(i).append(".part\":").append(i);
    }
    event.append(',').append(REST).append(',').append(TIME).append('}');

    List<String> inferred = inferred(document(encoded(encodeOne("nest", event.toString()))));

    assertThat(inferred).hasSizeLessThanOrEqualTo(Ingest.MAX_REDACTED_PATHS + 1);
    assertThat(inferred.getLast()).matches("and [0-9]+ more");
    assertThat(String.join("", inferred)).hasSizeLessThan(2 * Ingest.MAX_REDACTED_LENGTH);
  }

  @Test
  void memoryOfRewrittenEvents_isAskedFor() {
    AtomicLong asked = new AtomicLong();
    byte[] body = utf8(with("\"ts\":1795341540.25", REST, "\"requestId\":\"r-1\""));

    BodyResult result =
        Codecs.ENCODER.encode(body, body.length, BodyFormat.JSON, rules(""), asked::addAndGet);

    SplicedEvent event = (SplicedEvent) encoded(events(result).getFirst());
    assertThat(asked.get()).isGreaterThanOrEqualTo(event.end() - event.start()).isPositive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nest"})
  void memoryOfTheLargestTree_isAskedForOnce(String options) {
    // Given
    String small = with("\"n\":1", REST, "\"ts\":1795341540.25");
    String large = with("\"n\":[" + "[1],".repeat(20_000) + "1]", REST, "\"ts\":1795341540.25");
    AtomicLong asked = new AtomicLong();
    byte[] body = utf8(String.join("\n", small, large, large, small));

    // When
    BodyResult result =
        Codecs.ENCODER.encode(
            body, body.length, BodyFormat.NDJSON, rules(options), asked::addAndGet);

    // Then
    assertThat(events(result)).allMatch(EncodeResult.Encoded.class::isInstance);
    assertThat(asked.get()).isBetween(56L * large.length(), 61L * large.length());
  }

  @Test
  void memoryOfInferences_isAskedFor() {
    AtomicLong asked = new AtomicLong();
    byte[] body = utf8(manyDottedNames());

    BodyResult result =
        Codecs.ENCODER.encode(body, body.length, BodyFormat.JSON, rules("nest"), asked::addAndGet);

    SplicedEvent event = (SplicedEvent) encoded(events(result).getFirst());
    long ofObjects = inferred(document(event)).size() * 56L;
    assertThat(asked.get()).isGreaterThan(event.end() - event.start() + ofObjects);
  }

  @Test
  void inferences_ofBodyAndEventAreReadBackFromARecord() {
    EncodedEvent encoded =
        encoded(events(encode(rules("nest"), manyDottedNames(), null)).getFirst());

    BsonDocument read = bson(Codecs.decoded(encoded.json(Tier.KAFKA)));

    assertThat(inferred(read)).isEqualTo(inferred(document(encoded)));
    assertThat(inferred(read)).hasSize(Ingest.MAX_REDACTED_PATHS + 1).contains("body: JSON");
    assertThat(inferred(read).getLast()).isEqualTo("and 21 more");
  }

  /** An event with 120 short names that are nested. */
  private static String manyDottedNames() {
    StringBuilder event = new StringBuilder("{\"requestId\":\"r-1\"");
    for (int i = 0; i < 120; i++) {
      event.append(",\"a.").append(i).append("\":").append(i);
    }
    return event.append(',').append(REST).append(',').append(TIME).append('}').toString();
  }

  /** Bytes, each written as one character, that the JSON parser itself accepts. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"a\":\"\u00C1\u00A1\",%s}", // an overlong form in a value
        "{\"\u00C1\u00A1\":1,%s}",
        "\u00EF\u00BB\u00BF{%s}" // a byte order mark
      })
  void line_thatIsNotUtf8IsOneRejectedEvent(String line) {
    // Given
    String fields = TIME + "," + REST;
    byte[] body =
        (line.formatted(fields) + "\n" + with(fields)).getBytes(StandardCharsets.ISO_8859_1);

    // When
    List<EncodeResult> results =
        events(Codecs.ENCODER.encode(body, body.length, BodyFormat.NDJSON, rules(""), more -> {}));

    // Then
    assertThat(problems(results.get(0)))
        .extracting(EventProblem::code)
        .containsAnyOf("invalid_utf8", "byte_order_mark");
    encoded(results.get(1));
  }

  @Test
  void event_withAGeneratedRequestIdIsTheSameUnderTheIdOfItsReply() {
    String event = with(TIME, REST, "\"n\":1");
    EncodedEvent first = encoded(encodeOne("", event));

    EncodedEvent again =
        encoded(encodeOne("", with(TIME, REST, "\"n\":1,\"eventId\":\"" + first.id() + "\"")));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(again.requestId()).isEqualTo(first.requestId());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.79534154E12", "1.7953415400000e12", "17953415400.00E+2"})
  void wholeTimestamp_withAnExponentIsStoredAsUnderTheStrictIntake(String millis) {
    String event = with("\"requestId\":\"r-1\"", REST, "\"timestamp\":" + millis);

    EncodedEvent lenient = encoded(encodeOne("nest", event));

    assertThat(lenient.json(Tier.KAFKA)).isEqualTo(Codecs.encode(event).json(Tier.KAFKA));
  }

  @Test
  void name_thatWouldNestTooDeepWithItsValueIsKept() {
    String deep = "[".repeat(30) + "]".repeat(30);
    String event = with(TIME, REST, "\"a.b.c\":" + deep);

    BsonDocument document = document(encoded(encodeOne("nest", event)));

    assertThat(document).containsKey("a.b.c");
  }

  static EncodeResult encodeOne(String options, String event) {
    return events(encode(rules(options), event, BodyFormat.JSON)).getFirst();
  }

  static BsonDocument document(EncodedEvent event) {
    return bson(event.document(Tier.KAFKA));
  }

  static List<String> inferred(BsonDocument document) {
    BsonDocument ingest = document.getDocument("_ingest");
    return ingest.containsKey("inferred")
        ? ingest.getArray("inferred").stream().map(text -> text.asString().getValue()).toList()
        : List.of();
  }

  private static BsonDocument bson(EventDocument document) {
    return document.bson().decode(new BsonDocumentCodec());
  }

  private static LenientRules rules(String options) {
    return IntakeMode.parse("lenient" + (options.isEmpty() ? "" : ";" + options))
        .lenient()
        .orElseThrow();
  }

  private static BodyResult encode(LenientRules rules, String body, @Nullable BodyFormat declared) {
    byte[] bytes = utf8(body);
    return Codecs.ENCODER.encode(bytes, bytes.length, declared, rules, more -> {});
  }

  private static String with(String... fields) {
    return "{" + String.join(",", fields) + "}";
  }

  private static Arguments inferred(
      String options, String event, String expected, String... inferred) {
    return Arguments.of(options, event, expected, List.of(inferred));
  }
}
