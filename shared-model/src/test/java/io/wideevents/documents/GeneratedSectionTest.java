package io.wideevents.documents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GeneratedSectionTest {
  private static final String ROW = "| `a\\|b` | | c |\n";
  private static final String PAGE =
      "# Page\n<!-- generated: letters -->\n" + ROW + "<!-- end of generated -->\nEnd\n";

  @TempDir private Path directory;

  // This test compares and writes, whatever the other tests of the run do.
  private final String write = System.getProperty("docs.write", "false");

  @BeforeEach
  void setUp() {
    System.setProperty("docs.write", "false");
  }

  @AfterEach
  void tearDown() {
    System.setProperty("docs.write", write);
  }

  @Test
  void check_acceptsWhatTheCodeGenerates() throws IOException {
    Path page = page(PAGE);

    GeneratedSection.check(page, "letters", old -> GeneratedSection.row(List.of("`a|b`", "", "c")));

    assertThat(page).hasContent(PAGE);
  }

  @Test
  void check_rejectsAnotherTextAndMissingSection() throws IOException {
    Path page = page(PAGE);

    assertThatThrownBy(() -> GeneratedSection.check(page, "letters", old -> "new\n"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-Ddocs.write=true");
    assertThatThrownBy(() -> GeneratedSection.check(page, "numbers", old -> old))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("numbers");
  }

  @Test
  void check_writesTheSectionOnRequest() throws IOException {
    Path page = page(PAGE);
    System.setProperty("docs.write", "true");

    GeneratedSection.check(page, "letters", old -> old + "new\n");

    assertThat(page).hasContent(PAGE.replace(ROW, ROW + "new\n"));
  }

  private Path page(String text) throws IOException {
    return Files.writeString(directory.resolve("page.md"), text);
  }
}
