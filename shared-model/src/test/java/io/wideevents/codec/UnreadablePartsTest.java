package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encodeBody;
import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.malformed;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.codec.Codecs.problemsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventProblem;
import io.wideevents.event.TestEvents;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One event that the parser cannot read must not cost the others of its body. */
class UnreadablePartsTest {
  private static final String GOOD = TestEvents.minimal("req-1", Codecs.NOW);
  private static final String OTHER = TestEvents.minimal("req-2", Codecs.NOW);
  private static final String TOO_DEEP = "[".repeat(100_001) + "]".repeat(100_001);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\ud800",
        "\\uDFFF",
        "a\\udc00b",
        "\\ud83d\\ud83d\\ude00",
        "\\ude00\\ud83d",
        "\\\\\\ud83d",
        "\\\"\\uD83Dx"
      })
  void halvesOfPairsInNames_areTheFaultOfOneEvent(String name) {
    String bad = GOOD.replace("{", "{\"x\":{\"" + name + "\" : 1},");

    List<EncodeResult> results = events(encodeBody("[" + GOOD + ",\n" + bad + "," + OTHER + "]"));

    assertThat(results).hasSize(3);
    assertThat(encoded(results.get(0)).id()).isEqualTo(Codecs.encode(GOOD).id());
    assertThat(encoded(results.get(2)).id()).isEqualTo(Codecs.encode(OTHER).id());
    EventProblem problem = problems(results.get(1)).getFirst();
    assertThat(problem.code()).isEqualTo("unpaired_surrogate");
    assertThat(problem.position()).isNotNull();
    assertThat(problem.position().line()).isEqualTo(2);
    assertThat(problem.position().column()).isEqualTo(bad.indexOf("\\u", 7) + 1);
  }

  @Test
  void halvesOfPairsInNames_breakARuleOfASingleEvent() {
    assertThat(problemsOf("{\"\\ud800\":1,\"\\ud801\":2}"))
        .extracting(EventProblem::code)
        .containsExactly("unpaired_surrogate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"\\ud83d\\ude00", "\\\\ud800", "\\uD7FF\\uE000"})
  void wholeCharactersInNames_areKept(String name) {
    String event = GOOD.replace("{", "{\"" + name + "\":1,");

    assertThat(events(encodeBody("[" + event + "]")))
        .allSatisfy(result -> assertThat(result).isInstanceOf(EncodeResult.Encoded.class));
  }

  @Test
  void nestingPastTheParsersLimit_isTheFaultOfOneEvent() {
    String bad = "{\"a\":\n" + TOO_DEEP + ",\"b\":\"]}\\\"\"}";
    String worse = GOOD.replace("{", "{\"\\ud800\":" + TOO_DEEP + ",");

    List<EncodeResult> results =
        events(
            encodeBody("[" + bad + "," + GOOD + "," + worse + "," + TOO_DEEP + "," + OTHER + "]"));

    assertThat(results).hasSize(5);
    assertThat(encoded(results.get(1)).id()).isEqualTo(Codecs.encode(GOOD).id());
    assertThat(encoded(results.get(4)).id()).isEqualTo(Codecs.encode(OTHER).id());
    for (int refused : new int[] {0, 2, 3}) {
      assertThat(problems(results.get(refused)))
          .extracting(EventProblem::code)
          .containsExactly("too_deep");
    }
    assertThat(problems(results.get(0)).getFirst().position()).isNotNull();
    assertThat(problems(results.get(0)).getFirst().position().line()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[{\"\\ud800\":1}", "[{\"\\ud800\":1}]x", "[{\"\\ud800\":oops}]", "]]]"})
  void bodiesThatAreNoJsonBesides_staySo(String body) {
    assertThat(malformed(encodeBody(body)).code()).isEqualTo("malformed_json");
  }

  @Test
  void tooManyUnreadableEvents_areTooManyEvents() {
    String body = "[" + "{\"\\ud800\":1},".repeat(10_001) + "{}]";

    assertThat(encodeBody(body)).isInstanceOf(BodyResult.TooManyEvents.class);
  }
}
