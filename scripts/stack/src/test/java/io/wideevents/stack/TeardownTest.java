package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TeardownTest {
  private final List<String> ended = new ArrayList<>();
  private final Teardown teardown = new Teardown("a test");

  @Test
  void close_takesDownOnceAndTheLastFirst() {
    // Given
    teardown.open(() -> "broker", ended::add);
    teardown.open(() -> "worker", ended::add);

    // When
    teardown.close();
    teardown.close();

    // Then
    assertThat(ended).containsExactly("worker", "broker");
    assertThat(teardown.interrupted()).isFalse();
  }

  @Test
  void open_setsNothingUpOnceAllIsTakenDown() {
    // Given
    List<String> opened = new ArrayList<>();
    teardown.close();

    // When / Then
    assertThatThrownBy(() -> teardown.open(() -> opened.add("late"), unused -> {}))
        .isInstanceOf(IllegalStateException.class);
    assertThat(opened).isEmpty();
  }

  @Test
  void open_takesNothingDownThatCouldNotBeSetUp() {
    // Given
    teardown.open(() -> "broker", ended::add);

    // When
    assertThatThrownBy(
            () ->
                teardown.<String>open(
                    () -> {
                      throw new IllegalStateException("no such program");
                    },
                    ended::add))
        .hasMessage("no such program");
    teardown.close();

    // Then
    assertThat(ended).containsExactly("broker");
  }
}
