package io.wideevents.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class DuplicateNamesTest {
  private final DuplicateNames names = new DuplicateNames();

  @Test
  void add_refusesANameTheObjectHas() {
    int object = names.openObject();

    assertThat(names.add(object, "a")).isTrue();
    assertThat(names.add(object, "b")).isTrue();
    assertThat(names.add(object, new String("a"))).isFalse();
  }

  @Test
  void add_takesTheSameNameInAnotherObject() {
    int outer = names.openObject();
    int inner = names.openObject();

    assertThat(names.add(outer, "a")).isTrue();
    assertThat(names.add(inner, "a")).isTrue();
    assertThat(names.add(outer, "a")).isFalse();
  }

  @Test
  void clear_forgetsEverything() {
    names.add(names.openObject(), "a");

    names.clear();

    assertThat(names.add(names.openObject(), "a")).isTrue();
  }

  @Test
  void add_agreesWithASetPerObject() {
    Random random = new Random(42);
    for (int run = 0; run < 300; run++) {
      names.clear();
      int objects = random.nextInt(1, 6);
      List<Set<String>> expected = new ArrayList<>();
      for (int i = 0; i < objects; i++) {
        names.openObject();
        expected.add(new HashSet<>());
      }
      for (int i = random.nextInt(2_000); i > 0; i--) {
        int object = random.nextInt(objects);
        String name =
            random.nextInt(3) == 0 ? colliding(random.nextInt(256)) : "n" + random.nextInt(900);

        assertThat(names.add(object + 1, name)).isEqualTo(expected.get(object).add(name));
      }
    }
  }

  @Test
  void add_staysFastWhenNamesAreMadeToCollide() {
    int object = names.openObject();

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < 1 << 16; i++) {
            assertThat(names.add(object, colliding(i))).isTrue();
          }
        });
    assertThat(names.add(object, colliding(77))).isFalse();
  }

  /** One of many names with the same hash code: "Aa" and "BB" have the same one. */
  private static String colliding(int n) {
    StringBuilder name = new StringBuilder(32);
    for (int bit = 0; bit < 16; bit++) {
      name.append((n >> bit & 1) == 0 ? "Aa" : "BB");
    }
    return name.toString();
  }
}
