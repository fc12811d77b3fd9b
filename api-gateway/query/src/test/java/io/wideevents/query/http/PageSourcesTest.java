package io.wideevents.query.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Tests the files of the page: the libraries are those of the table, and the policy allows them.
 */
class PageSourcesTest {
  private static final int MAX_VENDORED_BYTES = 100 * 1024;
  // | preact.js | preact 11.2.0, … | [MIT](preact.LICENSE) | `sha256` |
  private static final Pattern TABLE_ROW =
      Pattern.compile("(?m)^\\| (\\S+) \\| .+ \\| \\[.+]\\((\\S+)\\) \\| `([0-9a-f]{64})` \\|$");
  private static final Pattern FORBIDDEN_IN_HTML =
      Pattern.compile("<script(?![^>]*\\ssrc=)|<style|\\sstyle=|\\son[a-z]+=|https?:");
  private static final Pattern FORBIDDEN_IN_SCRIPTS =
      Pattern.compile(
          "innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function|"
              + "\\sstyle=[\"']|[\"'`]https?://");

  private final Path page = page();

  @Test
  void vendoredFiles_haveTheChecksumsOfTheTable() throws IOException {
    // Given
    String readme = Files.readString(page.resolve("vendor/README.md"));
    Map<String, String> documented = new TreeMap<>();
    TABLE_ROW.matcher(readme).results().forEach(row -> documented.put(row.group(1), row.group(3)));

    // When
    Map<String, String> actual = new TreeMap<>();
    for (Path file : vendoredFiles()) {
      String name = file.getFileName().toString();
      if (name.endsWith(".js") || name.endsWith(".css")) {
        actual.put(name, sha256(file));
      }
    }

    // Then
    assertThat(actual).isNotEmpty().isEqualTo(documented);
  }

  @Test
  void vendoredFiles_comeWithTheirLicence() throws IOException {
    // Given
    String readme = Files.readString(page.resolve("vendor/README.md"));

    // When
    List<Path> licences =
        TABLE_ROW
            .matcher(readme)
            .results()
            .map(row -> page.resolve("vendor/" + row.group(2)))
            .toList();

    // Then
    assertThat(licences).isNotEmpty().allSatisfy(licence -> assertThat(licence).isNotEmptyFile());
  }

  @Test
  void vendoredFiles_areSmall() throws IOException {
    long bytes = 0;
    for (Path file : vendoredFiles()) {
      bytes += Files.size(file);
    }
    assertThat(bytes).isLessThan(MAX_VENDORED_BYTES);
  }

  @Test
  void ownFiles_useNothingThatThePolicyForbids() throws IOException {
    // Given
    String html = Files.readString(page.resolve("index.html"));

    // Then
    assertThat(html).doesNotContainPattern(FORBIDDEN_IN_HTML);
    assertThat(ownScripts())
        .hasSizeGreaterThan(5)
        .allSatisfy(
            script ->
                assertThat(Files.readString(script))
                    .as(script.toString())
                    .doesNotContainPattern(FORBIDDEN_IN_SCRIPTS));
  }

  private List<Path> vendoredFiles() throws IOException {
    try (Stream<Path> files = Files.list(page.resolve("vendor"))) {
      return files.sorted().toList();
    }
  }

  private List<Path> ownScripts() throws IOException {
    try (Stream<Path> files = Files.list(page)) {
      return files.filter(file -> file.toString().endsWith(".js")).sorted().toList();
    }
  }

  private static Path page() {
    try {
      return Path.of(
              Objects.requireNonNull(
                      PageSourcesTest.class.getResource("/io/wideevents/query/ui/index.html"))
                  .toURI())
          .getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("The page is not in a directory", e);
    }
  }

  private static String sha256(Path file) throws IOException {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("Every Java has SHA-256", e);
    }
  }
}
