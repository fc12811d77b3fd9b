package io.wideevents.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class CausesTest {
  private static final IOException INNER = new IOException("inner");

  @Test
  void deepest_isTheLastOfTheCauses() {
    assertThat(Causes.deepest(new IllegalStateException(new RuntimeException(INNER))))
        .isSameAs(INNER);
    assertThat(Causes.deepest(INNER)).isSameAs(INNER);
  }

  @Test
  void deepest_endsWhenCausesGoRoundInACircle() {
    Exception first = new Exception("first");
    Exception second = new Exception("second", first);
    first.initCause(second);

    assertThat(Causes.deepest(first)).isIn(first, second);
  }

  @Test
  void ofFuture_takesOffWhatFuturesPutAroundAFailure() {
    assertThat(Causes.ofFuture(new CompletionException(new ExecutionException(INNER))))
        .isSameAs(INNER);
  }

  @Test
  void ofFuture_leavesOtherFailuresAsTheyAre() {
    RuntimeException own = new RuntimeException(INNER);
    CompletionException empty = new CompletionException("no cause", null);

    assertThat(Causes.ofFuture(own)).isSameAs(own);
    assertThat(Causes.ofFuture(empty)).isSameAs(empty);
  }
}
