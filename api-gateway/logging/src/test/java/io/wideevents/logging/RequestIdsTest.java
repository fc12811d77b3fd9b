package io.wideevents.logging;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestIdsTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  @Test
  void make_makesAnotherEachTime() {
    assertThat(RequestIds.make()).matches("[0-9a-f]{32}").isNotEqualTo(RequestIds.make());
  }

  @ParameterizedTest
  @ValueSource(strings = {"req-7f3a", "A_b.c:d/e+f=@", "1"})
  void accepted_takesPlainIds(String id) {
    assertThat(RequestIds.accepted(id)).contains(id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\nb", "ü", "{\"$ne\":1}", "a;b"})
  void accepted_takesNothingElse(String id) {
    assertThat(RequestIds.accepted(id)).isEmpty();
    assertThat(RequestIds.accepted("x".repeat(129))).isEmpty();
    assertThat(RequestIds.accepted(null)).isEmpty();
  }

  @Test
  void traceId_isReadFromAValidHeaderOnly() {
    assertThat(RequestIds.traceId("00-" + TRACE + "-00f067aa0ba902b7-01")).contains(TRACE);
    assertThat(RequestIds.traceId("01-" + TRACE + "-00f067aa0ba902b7-01-more")).contains(TRACE);
    assertThat(RequestIds.traceId("00-" + TRACE + "-00f067aa0ba902b7-01-more")).isEmpty();
    assertThat(RequestIds.traceId("ff-" + TRACE + "-00f067aa0ba902b7-01")).isEmpty();
    assertThat(RequestIds.traceId("00-" + "0".repeat(32) + "-00f067aa0ba902b7-01")).isEmpty();
    assertThat(RequestIds.traceId("00-" + TRACE.toUpperCase() + "-00f067aa0ba902b7-01")).isEmpty();
    assertThat(RequestIds.traceId("nonsense")).isEmpty();
    assertThat(RequestIds.traceId(null)).isEmpty();
  }
}
