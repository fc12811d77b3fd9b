package io.wideevents.codec;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of an event does not grow with it beyond the largest event. */
class OversizeEventTest {
  private static final int REPEATS = 200_000;

  @ParameterizedTest
  @ValueSource(strings = {"{\"password\":1},", "{\"token\":\"x\"},", "\"_summary\":1,"})
  void changes_areNotNotedPastTheLargestEvent(String repeated) {
    // Given
    boolean isField = !repeated.startsWith("{");
    String json =
        isField
            ? "{" + repeated.repeat(REPEATS) + "\"a\":1}"
            : "{\"a\":[" + repeated.repeat(REPEATS) + "1]}";
    byte[] body = json.getBytes(UTF_8);
    EncoderSettings settings = EncoderSettings.DEFAULT;
    NameRules names = new NameRules(settings.limits().maxNameBytes(), settings.redactedNames());
    EventRules rules = EventRules.strict(Origin.CLIENT, settings, names, Instant.now());

    // When
    EventPass pass;
    try (EventText text = EventText.open(body, 0, body.length, 1)) {
      text.parser().nextToken();
      pass = new EventPass(rules, new ParserTokens(text), new EventPass.Scratch(), null);
      pass.read();
    }

    // Then
    assertThat(pass.problems().all().getFirst().code()).isEqualTo("event_too_large");
    assertThat(pass.splice().changes())
        .isLessThanOrEqualTo(settings.limits().maxEventBytes() / repeated.length() + 1);
  }
}
