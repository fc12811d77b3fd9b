package io.wideevents.codec;

import static io.wideevents.codec.Codecs.encoded;
import static io.wideevents.codec.Codecs.events;
import static io.wideevents.codec.Codecs.problems;
import static io.wideevents.event.TestEvents.minimal;
import static io.wideevents.event.TestEvents.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.wideevents.event.EventLimits;
import io.wideevents.event.EventProblem;
import io.wideevents.event.EventProblem.Position;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One name, text or number of megabytes costs its event, and no memory of its size. */
class TokenLimitsTest {
  private static final int HUGE = 8 << 20;
  private static final String GOOD = minimal("r-1", Codecs.NOW);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  // Every text is decoded, as it is with EVENT_REDACT_PATTERN.
  private static final EncoderSettings SETTINGS =
      new EncoderSettings(
          EventLimits.DEFAULT,
          10_000,
          Duration.ofDays(30),
          Duration.ofHours(24),
          Set.of(),
          ValuePattern.of("secret"));

  /**
   * @param column where the token stands in the event
   */
  record Huge(String kind, String event, String code, int column) {
    @Override
    public String toString() {
      return kind;
    }
  }

  static Stream<Huge> tokens() {
    return Stream.of(
        new Huge("name", "{\"" + "n".repeat(HUGE) + "\":1}", "name_too_long", 2),
        new Huge("name, escaped", "{\"" + "\\u006e".repeat(HUGE / 6) + "\":1}", "name_too_long", 2),
        new Huge(
            "name, of pairs",
            "{\"" + "\\ud83d\\ude00".repeat(HUGE / 12) + "\" : 1}",
            "name_too_long",
            2),
        new Huge("name, not ASCII", "{\"" + "é".repeat(HUGE / 2) + "\":1}", "name_too_long", 2),
        new Huge("name below", "{\"a\":[{\"" + "n".repeat(HUGE) + "\":1}]}", "name_too_long", 8),
        new Huge(
            "name in a value to redact",
            "{\"user\":{\"" + "n".repeat(HUGE) + "\":{}}}",
            "name_too_long",
            10),
        new Huge("text", "{\"a\":\"" + "t".repeat(HUGE) + "\"}", "event_too_large", 6),
        new Huge(
            "text, escaped", "{\"a\":\"" + "\\n".repeat(HUGE / 2) + "\"}", "event_too_large", 6),
        new Huge(
            "known text", "{\"requestId\":\"" + "t".repeat(HUGE) + "\"}", "event_too_large", 14),
        new Huge(
            "text of an id", "{\"eventId\":\"" + "t".repeat(HUGE) + "\"}", "event_too_large", 12),
        new Huge("integer", "{\"a\":" + "1".repeat(HUGE) + "}", "event_too_large", 6),
        new Huge("negative integer", "{\"a\":-" + "1".repeat(HUGE) + "}", "event_too_large", 6),
        new Huge("fraction", "{\"a\":0." + "0".repeat(HUGE) + "1}", "event_too_large", 6),
        new Huge("exponent", "{\"a\":1e" + "1".repeat(HUGE) + "}", "event_too_large", 6),
        new Huge(
            "shorter number", "{\"a\":[" + "1".repeat(20_000) + "]}", "number_out_of_range", 7));
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void json_refusesTheOneEvent(Huge token) {
    byte[] body = utf8(token.event());

    EventProblem problem = problemOf(events(encode(body, BodyFormat.JSON)).getFirst());

    assertThat(problem.code()).isEqualTo(token.code());
    assertThat(problem.position()).isEqualTo(new Position(1, token.column()));
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void json_refusesTheOneEventOfAnArray(Huge token) {
    byte[] body = utf8("[" + GOOD + ",\n" + token.event() + ",\n" + GOOD + "]");

    List<EncodeResult> results = events(encode(body, BodyFormat.JSON));

    assertThat(results).hasSize(3);
    assertThat(encoded(results.get(2)).id()).isEqualTo(encoded(results.get(0)).id());
    EventProblem problem = problemOf(results.get(1));
    assertThat(problem.code()).isEqualTo(token.code());
    assertThat(problem.position()).isEqualTo(new Position(2, token.column()));
  }

  @ParameterizedTest
  @MethodSource("tokens")
  void ndjson_refusesTheOneLine(Huge token) {
    byte[] body = utf8(GOOD + "\n" + token.event() + "\n" + GOOD);

    List<EncodeResult> results = events(encode(body, BodyFormat.NDJSON));

    assertThat(results).hasSize(3);
    assertThat(encoded(results.get(2)).id()).isEqualTo(encoded(results.get(0)).id());
    EventProblem problem = problemOf(results.get(1));
    assertThat(problem.code()).isEqualTo(token.code());
    assertThat(problem.position()).isEqualTo(new Position(2, token.column()));
  }

  @Test
  void json_takesWhatIsAtTheLimits() {
    String name = "\\u006e".repeat(EventLimits.DEFAULT.maxNameBytes());
    String number = "0." + "0".repeat(6_142) + "1" + "2".repeat(33);
    String event =
        GOOD.substring(0, GOOD.length() - 1)
            + ",\""
            + name
            + "\":"
            + number
            + ",\"t\":\""
            + "t".repeat(250_000)
            + "\"}";

    EncodeResult result = events(encode(utf8(event), BodyFormat.JSON)).getFirst();

    assertThat(encoded(result).id()).isNotNull();
  }

  /** Encodes, and asserts that next to nothing of the huge token was copied. */
  private static BodyResult encode(byte[] body, BodyFormat format) {
    EventEncoder encoder = new EventEncoder(SETTINGS, Codecs.CLOCK);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    BodyResult result = encoder.encode(body, body.length, format);
    if (body.length >= HUGE) {
      assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(HUGE / 2);
    }
    return result;
  }

  private static EventProblem problemOf(EncodeResult result) {
    assertThat(problems(result)).hasSize(1);
    return problems(result).getFirst();
  }
}
