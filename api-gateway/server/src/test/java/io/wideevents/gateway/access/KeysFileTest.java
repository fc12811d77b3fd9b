package io.wideevents.gateway.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.wideevents.files.UnusableFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeysFileTest {
  private static final Path FILE = Path.of("keys");
  private static final String HASH = KeyHash.of("key-1").hex();
  private static final String OTHER = KeyHash.of("key-2").hex();

  @Test
  void parse_takesKeysCommentsAndBlankLines() {
    KeySet keys =
        parse(
            "# the shop's",
            "",
            "shop:" + HASH + ":ingest",
            "  ops-2:" + OTHER.toUpperCase(java.util.Locale.ROOT) + ":Ingest, admin  ",
            "\r");

    assertThat(keys.find(KeyHash.of("key-1")))
        .hasValueSatisfying(key -> assertThat(key.scopes()).containsExactly(Scope.INGEST));
    assertThat(keys.find(KeyHash.of("key-2")))
        .hasValueSatisfying(
            key -> {
              assertThat(key.name()).isEqualTo("ops-2");
              assertThat(key.scopes()).containsExactlyInAnyOrder(Scope.INGEST, Scope.ADMIN);
            });
    assertThat(keys.find(KeyHash.of("key-3"))).isEmpty();
  }

  @Test
  void parse_reportsEveryLineAtOnceWithoutQuotingIt() {
    List<String> problems =
        problems(
            "a-secret-pasted-by-mistake",
            "shop:not-a-hash:ingest",
            "good:" + HASH + ":ingest",
            "good:" + OTHER + ":ingest",
            "twin:" + HASH + ":admin",
            "bad name:" + OTHER + ":ingest",
            "scope:" + OTHER + ":ingest,everything",
            "none:" + OTHER + ":");

    assertThat(problems)
        .satisfiesExactly(
            line -> assertThat(line).contains("keys line 1 is not name:sha256-hex:scope,scope"),
            line -> assertThat(line).contains("line 2 has no SHA-256 hash"),
            line -> assertThat(line).contains("line 4 has the name of line 3"),
            line -> assertThat(line).contains("line 5 has the key of line 3"),
            line -> assertThat(line).contains("line 6 has a name other than"),
            line -> assertThat(line).contains("line 7 has a scope other than ingest, query, admin"),
            line -> assertThat(line).contains("line 8 has a scope other than"));
    assertThat(String.join("", problems))
        .doesNotContain("a-secret-pasted-by-mistake", "not-a-hash", HASH, OTHER);
  }

  @Test
  void parse_readsTheIntakeOfAKey() {
    String line = "shop:" + HASH + ":ingest:lenient;zone=+09:00;route=GET /a:b";

    KeySet keys = parse(line, "plain:" + OTHER + ":ingest");

    assertThat(keys.keys().get(0).intake().orElseThrow().text())
        .isEqualTo("lenient;zone=+09:00;route=GET /a:b");
    assertThat(keys.keys().get(0).line()).isEqualTo(line);
    assertThat(keys.keys().get(1).intake()).isEmpty();
  }

  @Test
  void parse_reportsAnInvalidIntakeWithoutQuotingIt() {
    assertThat(problems("a:" + HASH + ":ingest:loose", "b:" + OTHER + ":ingest:lenient;s3cret"))
        .satisfiesExactly(
            line -> assertThat(line).contains("line 1 has an intake that is neither strict nor"),
            line ->
                assertThat(line)
                    .contains("line 2 has an intake that has an option other than nest")
                    .doesNotContain("s3cret"));
  }

  @Test
  void parse_refusesAFileWithoutKeys() {
    assertThat(problems("# none yet")).singleElement().asString().contains("holds no key");
  }

  private static KeySet parse(String... lines) {
    return KeysFile.parse(FILE, String.join("\n", lines));
  }

  private static List<String> problems(String... lines) {
    return catchThrowableOfType(UnusableFileException.class, () -> parse(lines)).problems();
  }
}
