package io.wideevents.codec;

import static io.wideevents.codec.Codecs.NOW;
import static io.wideevents.codec.Codecs.encode;
import static io.wideevents.codec.Codecs.encodeBody;
import static io.wideevents.codec.Codecs.encodeLines;
import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.malformed;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.codec.Codecs.problemsOf;
import static io.wideevents.event.TestEvents.array;
import static io.wideevents.event.TestEvents.checkout;
import static io.wideevents.event.TestEvents.failedCheckout;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.ndjson;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.event.EncodedEvent;
import io.wideevents.event.EventProblem;
import io.wideevents.event.Outcome;
import io.wideevents.event.Tier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bson.BsonDocument;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EventEncoderTest {

  @Test
  void encode_acceptsAnObject() {
    EncodedEvent event = encode(checkout(7, NOW));

    assertThat(event.requestId()).isEqualTo("req-00000007");
    assertThat(event.outcome()).isEqualTo(Outcome.SUCCESS);
  }

  @Test
  void encode_keepsTheOrderOfAnArray() {
    BodyResult result =
        encodeBody(array(List.of(minimal("a", NOW), minimal("b", NOW), minimal("c", NOW))));

    assertThat(events(result))
        .extracting(entry -> encoded(entry).requestId())
        .containsExactly("a", "b", "c");
    assertThat(((BodyResult.Events) result).batch()).isTrue();
  }

  @Test
  void encode_derivesTheSameIdFromTheSameBytes() {
    EncodedEvent first = encode(checkout(1, NOW));
    EncodedEvent again = encode("  [" + checkout(1, NOW) + " ]");
    EncodedEvent other = encode(checkout(2, NOW));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(other.id()).isNotEqualTo(first.id());
  }

  @Test
  void encode_takesTheClientsId() {
    String id = "0192F0C1-2B4D-4F6E-9A1B-2C3D4E5F6071";

    EncodedEvent event =
        encode(minimal("r", NOW).replace("{\"req", "{\"eventId\":\"" + id + "\",\"req"));

    assertThat(event.id().toString()).isEqualToIgnoringCase(id);
  }

  @Test
  void json_keepsTheClientsTextAndAddsOurFields() {
    String posted = failedCheckout(3, NOW);

    String json = new String(encode(posted).json(Tier.SPOOL), StandardCharsets.UTF_8);

    assertThat(json)
        .startsWith(posted.substring(0, posted.length() - 1) + ",\"eventId\":\"")
        .contains(
            "\"_summary\":\"Outcome: FAILED Service: checkout Route: POST /api/checkout"
                + " Error: PAYMENT_DECLINED ErrorMessage: The card was declined UserRole: premium"
                + " LatencyBucket: 500-1000\"")
        .endsWith("\"tier\":\"spool\"}}");
  }

  @Test
  void encode_reportsEveryProblemAtOnce() {
    List<EventProblem> problems =
        problemsOf("{\"requestId\":5,\"service\":\" \",\n  \"_id\":1,\"x\":{\"y\":1e9999}}");

    assertThat(problems)
        .extracting(EventProblem::code)
        .containsExactly(
            "wrong_type",
            "blank",
            "reserved_name",
            "number_out_of_range",
            "missing_field",
            "missing_field");
    assertThat(problems.get(3).field()).isEqualTo("x.y");
    assertThat(problems.get(3).position()).isEqualTo(new EventProblem.Position(2, 20));
  }

  @Test
  void encode_saysWhereTheTextIsNotJson() {
    EventProblem problem = malformed(encodeBody("{\"requestId\":\"a\",\n \"b\":tru}"));

    assertThat(problem.code()).isEqualTo("malformed_json");
    assertThat(problem.position()).isEqualTo(new EventProblem.Position(2, 6));
  }

  @Test
  void encode_ofLines_rejectsOnlyTheBadLine() {
    List<EncodeResult> results =
        encodeLines(minimal("a", NOW) + "\r\n\n{\"requestId\":\n" + minimal("b", NOW));

    assertThat(encoded(results.get(0)).requestId()).isEqualTo("a");
    assertThat(((EncodeResult.Rejected) results.get(1)).line()).isEqualTo(3);
    assertThat(problems(results.get(1)).getFirst().code()).isEqualTo("malformed_json");
    assertThat(encoded(results.get(2)).requestId()).isEqualTo("b");
  }

  @Test
  void encode_readsOnlyTheLengthGiven() {
    byte[] body = utf8(minimal("a", NOW) + "}}}}");

    BodyResult result = Codecs.ENCODER.encode(body, body.length - 4, BodyFormat.JSON);

    assertThat(encoded(events(result).getFirst()).requestId()).isEqualTo("a");
  }

  @Test
  void encode_ofLines_countsEveryLineButTellsOnlyThoseWithText() {
    List<EncodeResult> results = encodeLines("\n \t\r\n[]\n\n7\n{}{}\n\"x");

    assertThat(results)
        .extracting(result -> ((EncodeResult.Rejected) result).line())
        .containsExactly(3L, 5L, 6L, 7L);
    assertThat(results)
        .extracting(result -> problems(result).getFirst().code())
        .containsExactly("not_an_object", "not_an_object", "malformed_json", "not_an_object");
  }

  @Test
  void encode_ofLines_placesProblemsInTheWholeBody() {
    List<EncodeResult> results =
        encodeLines(minimal("a", NOW) + "\n\n  " + minimal("b", NOW).replace("\"b\"", "5"));

    assertThat(problems(results.get(1)).getFirst().position())
        .isEqualTo(new EventProblem.Position(3, 16));
  }

  @Test
  void encode_ofLines_tellsOfLineFeedsLostOnTheWay() {
    String joined = minimal("a", NOW) + minimal("b", NOW);

    EventProblem lost = problems(encodeLines(joined).getFirst()).getFirst();
    EventProblem slip = problems(encodeLines(joined + "\n").getFirst()).getFirst();

    assertThat(lost.code()).isEqualTo("malformed_json");
    assertThat(lost.fix()).contains("--data-binary");
    assertThat(lost.position())
        .isEqualTo(new EventProblem.Position(1, minimal("a", NOW).length() + 1));
    assertThat(slip.fix()).doesNotContain("--data-binary");
  }

  @Test
  void encode_ofLines_takesAnEncodingProblemForOneBadLine() {
    byte[] body = utf8(minimal("a", NOW) + "\n{\"x\":\"?\"}\n" + minimal("b", NOW));
    body[new String(body, StandardCharsets.ISO_8859_1).indexOf('?')] = (byte) 0xFE;

    List<EncodeResult> results =
        events(Codecs.ENCODER.encode(body, body.length, BodyFormat.NDJSON));

    assertThat(results).hasSize(3);
    assertThat(problems(results.get(1)).getFirst().code()).isEqualTo("invalid_utf8");
    assertThat(problems(results.get(1)).getFirst().position())
        .isEqualTo(new EventProblem.Position(2, 7));
  }

  @Test
  void encode_ofLines_refusesABodyWithoutAny() {
    assertThat(malformed(lines("")).code()).isEqualTo("empty_body");
    assertThat(malformed(lines("\n \r\n\t")).code()).isEqualTo("no_events");
  }

  @Test
  void encode_ofLines_stopsAtTheFirstEventTooMany() {
    String body = (minimal("a", NOW) + "\n\n").repeat(EncoderSettings.DEFAULT_MAX_EVENTS);

    assertThat(lines(body)).isInstanceOf(BodyResult.Events.class);
    assertThat(lines(body + "rubbish"))
        .isInstanceOfSatisfying(
            BodyResult.TooManyEvents.class,
            tooMany ->
                assertThat(tooMany.problem().position())
                    .isEqualTo(
                        new EventProblem.Position(2 * EncoderSettings.DEFAULT_MAX_EVENTS + 1, 1)));
  }

  @Test
  void encode_keepsTheTimestampsTextOnlyWhenItSaysMore() {
    String plain = "\"timestamp\":\"" + NOW + "\"";

    BsonDocument utc = ingest(minimal("r", NOW));
    BsonDocument offset =
        ingest(minimal("r", NOW).replace(plain, "\"timestamp\":\"2026-11-22T19:00:00+09:00\""));
    BsonDocument millis =
        ingest(minimal("r", NOW).replace(plain, "\"timestamp\":" + NOW.toEpochMilli()));

    assertThat(utc.containsKey("timestampText")).isFalse();
    assertThat(millis.containsKey("timestampText")).isFalse();
    assertThat(offset.getString("timestampText").getValue()).isEqualTo("2026-11-22T19:00:00+09:00");
  }

  @Test
  void encode_isSafeForManyThreads() throws Exception {
    List<String> bodies =
        IntStream.range(0, 200).mapToObj(seed -> new RandomEvent(seed).json()).toList();
    List<byte[]> expected = bodies.stream().map(body -> encode(body).json(Tier.KAFKA)).toList();

    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        runs.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < bodies.size(); i++) {
                    assertThat(encode(bodies.get(i)).json(Tier.KAFKA)).isEqualTo(expected.get(i));
                  }
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }

  @Test
  void encode_takesTheShortLinesOfALargeBody() {
    // Given a chunk of a shipper: 30 000 lines, about 100 bytes each
    String rest = ",\"service\":\"shop\",\"route\":\"GET /cart\",\"timestamp\":\"%s\"}\n";
    String chunk =
        IntStream.range(0, 30_000)
            .mapToObj(i -> "{\"requestId\":\"r-" + i + "\"" + rest.formatted(Codecs.NOW))
            .collect(Collectors.joining());

    assertThat(events(lines(chunk))).hasSize(30_000);
  }

  @ParameterizedTest
  @CsvSource({"10000, true", "10001, false", "30000, false"})
  void encode_limitsTheTinyEventsOfASmallBody(int events, boolean isTaken) {
    BodyResult result = lines("{}\n".repeat(events));

    assertThat(result instanceof BodyResult.Events).isEqualTo(isTaken);
    assertThat(result instanceof BodyResult.TooManyEvents).isEqualTo(!isTaken);
  }

  @ParameterizedTest
  @EnumSource(BodyFormat.class)
  void encode_asksForTheMemoryOfEventsWhileItReadsThem(BodyFormat format) {
    // Given a budget for fewer events than the body has
    byte[] body =
        format == BodyFormat.NDJSON
            ? utf8("{}\n".repeat(5_000))
            : utf8("[{}" + ",{}".repeat(4_999) + "]");
    AtomicLong asked = new AtomicLong();

    // When
    assertThatThrownBy(
            () ->
                Codecs.ENCODER.encode(
                    body,
                    body.length,
                    format,
                    bytes -> {
                      if (asked.addAndGet(bytes) > 1_000 * EventEncoder.BYTES_PER_EVENT) {
                        throw new IllegalStateException("No memory");
                      }
                    }))
        // Then
        .hasMessage("No memory");
    asked.set(0);
    Codecs.ENCODER.encode(body, body.length, format, asked::addAndGet);
    assertThat(asked.get() / EventEncoder.BYTES_PER_EVENT).isBetween(5_000L, 5_064L);
  }

  @ParameterizedTest
  @EnumSource(BodyFormat.class)
  void encode_asksForTheMemoryOfValidEvents(BodyFormat format) {
    List<String> valid = IntStream.range(0, 200).mapToObj(i -> minimal("r-" + i, NOW)).toList();
    byte[] body = utf8(format == BodyFormat.JSON ? array(valid) : ndjson(valid));
    AtomicLong asked = new AtomicLong();

    BodyResult result = Codecs.ENCODER.encode(body, body.length, format, asked::addAndGet);

    assertThat(events(result)).hasSize(200).allMatch(EncodeResult.Encoded.class::isInstance);
    assertThat(asked.get() / EventEncoder.BYTES_PER_EVENT).isBetween(200L, 264L);
  }

  @Test
  void encode_asksOnceForTheMemoryOfEventsThatAreReadAgain() {
    // Given valid events before one that only the parser can explain
    List<String> posted =
        IntStream.range(0, 200).mapToObj(i -> i < 199 ? minimal("r-" + i, NOW) : "{}").toList();
    byte[] body = utf8(array(posted));
    AtomicLong asked = new AtomicLong();

    Codecs.ENCODER.encode(body, body.length, BodyFormat.JSON, asked::addAndGet);

    assertThat(asked.get() / EventEncoder.BYTES_PER_EVENT).isBetween(200L, 264L);
  }

  private static BodyResult lines(String ndjson) {
    byte[] body = utf8(ndjson);
    return Codecs.ENCODER.encode(body, body.length, BodyFormat.NDJSON);
  }

  private static BsonDocument ingest(String json) {
    return encode(json).document(Tier.KAFKA).bson().getDocument("_ingest");
  }
}
