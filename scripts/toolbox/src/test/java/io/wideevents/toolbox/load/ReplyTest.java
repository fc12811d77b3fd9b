package io.wideevents.toolbox.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyTest {
  @ParameterizedTest
  @ValueSource(ints = {408, 429, 503})
  void read_comesBackLaterWhenAskedTo(int status) {
    assertThat(read(status, "{}", 3)).isEqualTo(new Reply.Later());
  }

  @Test
  void read_tellsTheFateOfEachEvent() {
    assertThat(
            read(
                207,
                """
                {"events": [{"index": 0, "eventId": "a", "tier": "spool"},
                            {"index": 1, "errors": [{"code": "too_deep"}]}]}""",
                2))
        .isEqualTo(
            new Reply.Final(
                List.of(new Reply.Durable("a", "spool"), new Reply.Refused("too_deep"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"events\": []}", "{\"events\": [{}, {}, {}, {}]}"})
  void read_takesAReplyThatDoesNotNameEveryEventForARefusal(String body) {
    assertThat(read(202, body, 3))
        .isInstanceOfSatisfying(
            Reply.Final.class,
            reply ->
                assertThat(reply.entries()).hasSize(3).allMatch(Reply.Refused.class::isInstance));
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 404, 413, 422, 500})
  void read_takesAnyOtherStatusForARefusalOfEveryEvent(int status) {
    assertThat(read(status, "{}", 1))
        .isEqualTo(new Reply.Final(List.of(new Reply.Refused("http_" + status))));
  }

  private static Reply read(int status, String body, int events) {
    return Reply.read(status, body.getBytes(UTF_8), events);
  }
}
