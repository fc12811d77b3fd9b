package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.event.EventLimits;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Counts operations while a client doubles the sizes that it chooses: the work only doubles. */
class LinearWorkTest {
  private static final int MAX_LINES = 10_000;

  static Stream<Arguments> lines() {
    return IntStream.rangeClosed(0, 3)
        .boxed()
        .flatMap(
            longer ->
                IntStream.rangeClosed(0, 3)
                    .mapToObj(more -> Arguments.of(10_000 << longer, 500 << more)));
  }

  @ParameterizedTest
  @MethodSource("lines")
  void readNdjson_searchesEachByteOnceWhenEveryLineIsBroken(int firstLine, int brokenLines) {
    byte[] body = utf8("x".repeat(firstLine) + '\n' + "{}{}\n".repeat(brokenLines));
    EventRules rules =
        EventRules.strict(
            Origin.CLIENT,
            EncoderSettings.DEFAULT,
            new NameRules(256, EncoderSettings.DEFAULT_REDACTED_NAMES),
            Codecs.NOW);
    EventBodyReader reader =
        new EventBodyReader(
            new BodyParsers(EventLimits.DEFAULT),
            body,
            body.length,
            rules,
            MAX_LINES,
            0,
            memory -> {});

    BodyResult result = reader.readNdjson();

    assertThat(Codecs.events(result)).hasSize(1 + brokenLines);
    assertThat(reader.bytesSearched()).isLessThanOrEqualTo(body.length);
  }

  static Stream<Arguments> searches() {
    String card = "[0-9]{13,16}";
    String mail = "[A-Za-z0-9._-]+@[a-z0-9.-]+";
    return Stream.of(
        Arguments.of(card + '|' + mail, "1234567890123456-"),
        Arguments.of(card + '|' + mail, "1234567890123456 "),
        Arguments.of(mail, "a@b-"),
        Arguments.of("a.*b|a", "a"),
        Arguments.of("(?s)<.*>|[<x]", "<x"),
        Arguments.of("key=.*;|key", "key="),
        Arguments.of("(?:a+)+b|a", "aa"),
        Arguments.of("[a-z]+\\z|[0-9]", "1a"),
        Arguments.of("x.{0,900}y|x", "x"));
  }

  @ParameterizedTest
  @MethodSource("searches")
  void redact_readsABoundedNumberOfCharactersForEachOfTheText(String pattern, String unit) {
    ValuePattern redacted = ValuePattern.of(pattern);

    for (int times = 1; times <= 1 << 14; times *= 2) {
      SearchedText text = new SearchedText(unit.repeat(times));

      redacted.redact(text);

      assertThat(text.reads())
          .isLessThanOrEqualTo(
              Math.max(
                      SearchedText.LEAST_READS,
                      (long) SearchedText.READS_PER_CHARACTER * text.length())
                  + 1);
    }
  }

  @Test
  void redact_replacesTheRestWhenItWouldHaveToReadTooMuch() {
    ValuePattern redacted = ValuePattern.of("[0-9]{13,16}|[A-Za-z0-9._-]+@[a-z0-9.-]+");

    String left = redacted.redact("paid by " + "1234567890123456-".repeat(4096) + "j@x.org");

    assertThat(left).startsWith("paid by [REDACTED]").endsWith("[REDACTED]");
    assertThat(left).doesNotContain("1234567890123456", "x.org");
  }

  @Test
  void redact_replacesEachMatchInTextsThatAreReadOnce() {
    ValuePattern redacted = ValuePattern.of("[0-9]{13,16}|[A-Za-z0-9._-]+@[a-z0-9.-]+");

    assertThat(redacted.redact("1234567890123456 a@b.c, ".repeat(4096)))
        .isEqualTo("[REDACTED] [REDACTED], ".repeat(4096));
    assertThat(redacted.redact("1234567890123456-".repeat(8))).isEqualTo("[REDACTED]-".repeat(8));
  }

  @Test
  void clear_costsASmallEventNothingForALargeOneBeforeIt() {
    DuplicateNames names = new DuplicateNames();
    int slots = names.slots();
    int object = names.openObject();
    for (int i = 0; i < 100_000; i++) {
      names.add(object, "n" + i);
    }

    names.clear();

    assertThat(names.slots()).isEqualTo(slots);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
