package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encodeBody;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.wideevents.event.EventProblem;
import io.wideevents.event.EventSchema;
import io.wideevents.event.ProblemCode;
import io.wideevents.event.TestEvents;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The schema against the codec: they accept and reject the same documents, except those that are
 * listed.
 */
class EventSchemaTest {
  private static final Schema SCHEMA =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new String(EventSchema.json(), UTF_8), InputFormat.JSON);
  private static final String VALID = TestEvents.minimal("req-1", Codecs.NOW);

  /** What the codec refuses and a schema cannot express: its {@code $comment} lists the same. */
  private static final Set<ProblemCode> BEYOND_THE_SCHEMA =
      Set.of(
          ProblemCode.EVENT_TOO_LARGE,
          ProblemCode.DOCUMENT_TOO_LARGE,
          ProblemCode.TOO_DEEP,
          ProblemCode.DUPLICATE_KEY,
          ProblemCode.UNPAIRED_SURROGATE,
          ProblemCode.TIMESTAMP_EXPIRED,
          ProblemCode.TIMESTAMP_IN_FUTURE);

  @Test
  void schema_isValidItself() {
    Schema metaSchema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(SchemaLocation.of("https://json-schema.org/draft/2020-12/schema"));

    assertThat(metaSchema.validate(new String(EventSchema.json(), UTF_8), InputFormat.JSON))
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"minimal", "everything", "failed"})
  void schema_takesTheGoldenEvents(String name) throws IOException {
    assertThat(errors(golden(name))).isEmpty();
  }

  @Test
  void schema_takesItsOwnExampleAndTheCodecDoesToo() {
    String example = SCHEMA.getSchemaNode().get("examples").get(0).toString();

    assertThat(errors(example)).isEmpty();
    assertThat(problems(example)).isEmpty();
  }

  @Test
  void schema_hasNoDefinitionsInside() {
    // Generators of clients do not find them when the API's description refers to the schema.
    assertThat(new String(EventSchema.json(), UTF_8)).doesNotContain("$defs", "$ref", "$id");
  }

  @Test
  void schema_takesWhatTheCodecTakes() {
    for (int seed = 0; seed < 2_000; seed++) {
      String event = new RandomEvent(seed).json();

      assertThat(errors(event)).as(event).isEmpty();
    }
  }

  static Stream<String> wellFormed() {
    String now = "\"timestamp\":" + Codecs.NOW.toEpochMilli();
    String text = "\"requestId\":\"r\",\"service\":\"s\",\"route\":\"x\"";
    return Stream.of(
        "{}",
        "[]",
        "7",
        "{" + now + "}",
        VALID.replace("\"req-1\"", "7"),
        VALID.replace("\"req-1\"", "null"),
        VALID.replace("\"req-1\"", "\"\""),
        VALID.replace("\"req-1\"", "\" \\t\""),
        VALID.replace("\"req-1\"", "\"" + "x".repeat(256) + "\""),
        VALID.replace("\"req-1\"", "\"" + "x".repeat(257) + "\""),
        with("\"user\":{\"id\":\"a\",\"role\":null,\"more\":[1]}"),
        with("\"user\":{\"id\":1.5}"),
        with("\"user\":{\"id\":4711.0}"),
        with("\"_sampling\":{\"rate\":2.0}"),
        "{" + text + ",\"timestamp\":" + Codecs.NOW.toEpochMilli() + ".0}",
        "{" + text + ",\"timestamp\":" + Codecs.NOW.toEpochMilli() + ".5}",
        with("\"user\":{\"id\":true}"),
        with("\"user\":{\"role\":1}"),
        with("\"user\":null"),
        with("\"user\":7"),
        with("\"user\":[]"),
        with("\"error\":null"),
        with("\"error\":\"text\""),
        with("\"error\":{\"code\":7}"),
        with("\"error\":{\"code\":null,\"message\":null}"),
        with("\"error\":{\"message\":{}}"),
        with("\"performance\":{\"durationMs\":0}"),
        with("\"performance\":{\"durationMs\":-0.5}"),
        with("\"performance\":{\"durationMs\":\"12\"}"),
        with("\"performance\":{\"durationMs\":null,\"x\":{\"durationMs\":-1}}"),
        with("\"_metadata\":{\"_id\":1}"),
        with("\"_metadata\":1"),
        with("\"_sampling\":{\"rate\":1,\"rule\":\"all\"}"),
        with("\"_sampling\":{\"rate\":0}"),
        with("\"_sampling\":{\"rate\":1.5}"),
        with("\"_sampling\":{\"rule\":\"all\"}"),
        with("\"_sampling\":{}"),
        with("\"_sampling\":null"),
        with("\"_summary\":[1,2]"),
        with("\"_ingest\":{}"),
        with("\"_id\":1"),
        with("\"_\":1"),
        with("\"_metadata2\":1"),
        with("\"eventId\":null"),
        with("\"eventId\":\"0192f0c1-2b4d-7f6e-9a1b-2c3d4e5f6071\""),
        with("\"eventId\":\"0192F0C1-2B4D-4F6E-9A1B-2C3D4E5F6071\""),
        with("\"eventId\":\"0192f0c12b4d8f6e9a1b2c3d4e5f6071\""),
        with("\"eventId\":\"00000000-0000-0000-0000-000000000000\""),
        with("\"eventId\":\"ffffffff-ffff-ffff-FFFF-ffffffffffff\""),
        with("\"eventId\":7"),
        with("\"\":1,\"a.b\":{\"$where\":1}"),
        with("\"" + "n".repeat(256) + "\":1"),
        with("\"" + "n".repeat(257) + "\":1"),
        with("\"a\\u0000b\":1"),
        "{" + text + "}",
        "{" + text + ",\"timestamp\":null}",
        "{" + text + ",\"timestamp\":true}",
        "{" + text + ",\"timestamp\":" + Codecs.NOW.getEpochSecond() + "}",
        "{" + text + ",\"timestamp\":-1}",
        "{" + text + ",\"timestamp\":" + Codecs.NOW.toEpochMilli() * 1_000_000 + "}",
        "{" + text + ",\"timestamp\":\"2026-11-22T10:00:00Z\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22 09:00:00.123456789z\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22t18:59:00.1+09:00\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22T10:00:00\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22T10:00:00.Z\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22T24:00:00Z\"}",
        "{" + text + ",\"timestamp\":\"2026-13-22T10:00:00Z\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22T10:00:60Z\"}",
        "{" + text + ",\"timestamp\":\"2026-11-22T10:00:00+0900\"}",
        "{" + text + ",\"timestamp\":\"yesterday\"}");
  }

  @ParameterizedTest
  @MethodSource("wellFormed")
  void schema_judgesAsTheCodecDoes(String json) {
    assertThat(errors(json).isEmpty())
        .as("%s: schema %s, codec %s", json, errors(json), problems(json))
        .isEqualTo(problems(json).isEmpty());
  }

  @Test
  void schema_judgesMutatedEventsAsTheCodecDoesButForWhatItCannotSay() {
    Random random = new Random(4711);
    int refused = 0;
    for (int run = 0; run < 4_000; run++) {
      String json = mutated(golden(run), random);
      List<EventProblem> problems = problems(json);
      if (isUnreadable(problems)) {
        continue;
      }
      boolean refusedBySchema = !errors(json).isEmpty();
      if (problems.isEmpty()) {
        assertThat(refusedBySchema).as("the codec takes %s", json).isFalse();
      } else if (problems.stream().noneMatch(EventSchemaTest::isBeyondTheSchema)) {
        refused++;
        assertThat(refusedBySchema).as("the codec refuses %s: %s", json, problems).isTrue();
      }
    }
    assertThat(refused).isGreaterThan(500);
  }

  /** A golden event with a value replaced by another one, or a name changed. */
  private static String mutated(String json, Random random) {
    String[] values = {"null", "true", "-1", "\"\"", "\"x\"", "{}", "[]", "1.5", "99999999999"};
    int colon = json.indexOf(':', random.nextInt(json.length()));
    if (colon < 0) {
      return json;
    }
    if (random.nextInt(4) == 0) {
      int quote = json.lastIndexOf('"', colon);
      return json.substring(0, quote) + random.nextInt(10) + json.substring(quote);
    }
    int end = colon + 1;
    while (end < json.length() && ",}]\n".indexOf(json.charAt(end)) < 0) {
      end++;
    }
    return json.substring(0, colon + 1)
        + values[random.nextInt(values.length)]
        + json.substring(end);
  }

  private static boolean isUnreadable(List<EventProblem> problems) {
    return problems.stream()
        .anyMatch(problem -> problem.code().equals(ProblemCode.MALFORMED_JSON.code()));
  }

  private static boolean isBeyondTheSchema(EventProblem problem) {
    return BEYOND_THE_SCHEMA.stream().anyMatch(code -> code.code().equals(problem.code()));
  }

  private static List<Error> errors(String json) {
    return SCHEMA.validate(json, InputFormat.JSON);
  }

  /** What the codec finds wrong; empty when it takes the event. */
  private static List<EventProblem> problems(String json) {
    return switch (encodeBody(json)) {
      case BodyResult.Malformed malformed -> List.of(malformed.problem());
      case BodyResult.TooManyEvents tooMany -> List.of(tooMany.problem());
      case BodyResult.Events events ->
          events.results().getFirst() instanceof EncodeResult.Rejected rejected
              ? rejected.problems()
              : List.of();
    };
  }

  private static String with(String field) {
    return VALID.replace("{\"requestId\"", "{" + field + ",\"requestId\"");
  }

  private static String golden(int number) {
    try {
      return golden(List.of("minimal", "everything", "failed").get(number % 3));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String golden(String name) throws IOException {
    String path = "golden/" + name + "/posted.json";
    try (InputStream in =
        Objects.requireNonNull(EventSchemaTest.class.getResourceAsStream(path), path)) {
      return new String(in.readAllBytes(), UTF_8);
    }
  }
}
