package io.wideevents.toolbox.terminal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Aligned columns of text: the first column to the left, the others to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** Adds a row, with as many cells as there are headings. */
  public void add(List<String> cells) {
    if (cells.size() != rows.get(0).size()) {
      throw new IllegalArgumentException(
          "%d cells under %d headings".formatted(cells.size(), rows.get(0).size()));
    }
    rows.add(List.copyOf(cells));
  }

  /** The rows as lines, without trailing spaces. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        String padding = " ".repeat(width(column) - cell.length());
        line.append(column == 0 ? cell + padding : GAP + padding + cell);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** A cell with a number of things. */
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /** A cell with a measured value. */
  public static String number(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
