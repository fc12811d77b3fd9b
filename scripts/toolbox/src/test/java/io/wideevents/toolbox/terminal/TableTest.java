package io.wideevents.toolbox.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
  @Test
  void lines_lineUpTheFirstColumnLeftAndTheOthersRight() {
    // Given
    Table table = new Table("service", "events");
    table.add(List.of("cart", "12"));
    table.add(List.of("checkout", "3"));

    // When / Then
    assertThat(table.lines())
        .containsExactly(
            "service   events", //
            "cart          12",
            "checkout       3");
  }

  @Test
  void add_refusesARowOfAnotherWidth() {
    Table table = new Table("service", "events");

    assertThatThrownBy(() -> table.add(List.of("cart")))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
