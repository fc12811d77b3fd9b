package io.wideevents.documents;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A section of a page of the documentation that is generated from the code. The section stands
 * between {@code <!-- generated: name -->} and {@code <!-- end of generated -->}. With {@code
 * -Ddocs.write=true} the tests write the sections instead of comparing them.
 */
public final class GeneratedSection {
  private static final String END = "<!-- end of generated -->";
  private static final String FIX =
      "scripts/test --quick -Dtest='*PageTest,WorkerHttpServerTest' -Ddocs.write=true";

  private GeneratedSection() {}

  /**
   * Fails unless the page has the section, with the text that the code generates.
   *
   * @param render the text for the section, made from its present text
   */
  public static void check(Path page, String name, UnaryOperator<String> render)
      throws IOException {
    String text = Files.readString(page);
    String begin = "<!-- generated: " + name + " -->\n";
    assertThat(text).as("%s has a section %s", page, name).containsOnlyOnce(begin);
    int from = text.indexOf(begin) + begin.length();
    int to = text.indexOf(END, from);
    assertThat(to).as("end of section %s in %s", name, page).isNotNegative();
    String right =
        text.substring(0, from) + render.apply(text.substring(from, to)) + text.substring(to);
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(page, right);
      return;
    }
    assertThat(text).as("%s is out of date; run %s", page, FIX).isEqualTo(right);
  }

  /** One row of a table. */
  public static String row(List<String> cells) {
    StringBuilder row = new StringBuilder("|");
    for (String cell : cells) {
      row.append(cell.isEmpty() ? "" : " ").append(cell.replace("|", "\\|")).append(" |");
    }
    return row.append('\n').toString();
  }
}
