package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IdSetTest {
  private final IdSet ids = new IdSet();

  @Test
  void add_tellsWhetherTheIdIsNew() {
    UUID id = UUID.randomUUID();

    assertThat(ids.contains(id)).isFalse();
    assertThat(ids.add(id)).isTrue();
    assertThat(ids.add(id)).isFalse();
    assertThat(ids.contains(id)).isTrue();
    assertThat(ids.size()).isEqualTo(1);
  }

  @Test
  void add_agreesWithAHashSetOverManyIdsThatLieCloseTogether() {
    // Given: halves from a small range, so that ids share halves and places
    Random random = new Random(5);
    Set<UUID> model = new HashSet<>();

    // When / Then
    for (int i = 0; i < 100_000; i++) {
      UUID id = new UUID(random.nextInt(400), 1 + random.nextInt(400));
      assertThat(ids.add(id)).isEqualTo(model.add(id));
    }
    assertThat(ids.size()).isEqualTo(model.size());
    for (int high = 0; high < 400; high++) {
      for (int low = 1; low < 400; low++) {
        UUID id = new UUID(high, low);
        assertThat(ids.contains(id)).isEqualTo(model.contains(id));
      }
    }
  }
}
