package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.stack.ServerSource.Wish;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerSourceTest {
  private static final BooleanSupplier NOT_TO_BE_ASKED =
      () -> {
        throw new AssertionError("asked for a Docker engine");
      };

  @ParameterizedTest
  @CsvSource({
    "auto,       true,  true,  GIVEN",
    "auto,       false, true,  CONTAINERS",
    "auto,       false, false, EMBEDDED",
    "given,      true,  true,  GIVEN",
    "containers, true,  true,  CONTAINERS",
    "embedded,   true,  true,  EMBEDDED",
  })
  void choose_takesWhatWasForcedElseTheFirstThatIsToBeHad(
      String wish, boolean given, boolean engine, ServerSource expected) {
    assertThat(ServerSource.choose(new Wish(wish), "KAFKA_BROKER", given, () -> engine))
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"auto, true", "given, true", "embedded, false"})
  void choose_looksForAnEngineOnlyWhenThatMatters(String wish, boolean given) {
    assertThat(ServerSource.choose(new Wish(wish), "KAFKA_BROKER", given, NOT_TO_BE_ASKED))
        .isNotEqualTo(ServerSource.CONTAINERS);
  }

  @Test
  void choose_failsWhenWhatWasForcedIsNotToBeHad() {
    assertThatThrownBy(
            () -> ServerSource.choose(new Wish("given"), "KAFKA_BROKER", false, NOT_TO_BE_ASKED))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("KAFKA_BROKER");
    assertThatThrownBy(
            () -> ServerSource.choose(new Wish("containers"), "KAFKA_BROKER", true, () -> false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Docker");
    assertThatThrownBy(
            () -> ServerSource.choose(new Wish("docker"), "KAFKA_BROKER", true, () -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("containers");
  }

  @Test
  void wish_isThePropertyElseTheVariableElseAny() {
    Map<String, String> property = Map.of(ServerSource.PROPERTY, "Given");
    Map<String, String> variable = Map.of(ServerSource.VARIABLE, "embedded");

    assertThat(Wish.of(property, variable)).isEqualTo(new Wish("given"));
    assertThat(Wish.of(Map.of(), variable)).isEqualTo(new Wish("embedded"));
    assertThat(Wish.of(Map.of(), Map.of()).isAny()).isTrue();
  }
}
