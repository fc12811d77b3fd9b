package io.wideevents.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SummaryTest {

  @Test
  void line_hasEveryPartInOrder() {
    String line =
        new Summary(
                Outcome.FAILED,
                "checkout",
                "POST /pay",
                "DECLINED",
                "Card declined",
                "premium",
                LatencyBucket.OVER_1000)
            .line();

    assertThat(line)
        .isEqualTo(
            "Outcome: FAILED Service: checkout Route: POST /pay Error: DECLINED"
                + " ErrorMessage: Card declined UserRole: premium LatencyBucket: >1000");
  }

  @Test
  void line_leavesAbsentPartsOut() {
    assertThat(withMessage(null))
        .isEqualTo("Outcome: FAILED Service: s Route: r LatencyBucket: unknown");
    assertThat(withMessage("")).isEqualTo(withMessage(null));
  }

  @Test
  void line_isOneLine() {
    assertThat(withMessage("a\nb\r\tc\u0000d\u0085e\u2028f\u007F"))
        .contains(" ErrorMessage: a b  c d e f  LatencyBucket");
  }

  @Test
  void line_cutsLongParts() {
    assertThat(withMessage("x".repeat(201))).contains(" " + "x".repeat(200) + " ");
    assertThat(withMessage("x".repeat(200))).contains(" " + "x".repeat(200) + " ");
  }

  @Test
  void line_neverCutsACharacterInTwo() {
    assertThat(withMessage("x".repeat(199) + "😀")).contains(" " + "x".repeat(199) + " ");
    assertThat(withMessage("x".repeat(198) + "😀y")).contains("x😀 ");
  }

  private static String withMessage(@Nullable String message) {
    return new Summary(Outcome.FAILED, "s", "r", null, message, null, LatencyBucket.UNKNOWN).line();
  }
}
