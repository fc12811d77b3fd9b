package io.wideevents.worker.query;

import io.wideevents.worker.command.Output;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Aligned columns. The first rows decide the width of each column. Columns of numbers are aligned
 * to the right. Later rows are printed immediately. A later row with a wider value makes its column
 * wider.
 */
final class TextTable implements Rows {
  private static final int MAX_COLUMN = 40;
  private static final String GAP = "  ";
  private static final Pattern NUMBER = Pattern.compile("-?\\d[\\d.]*([eE][+-]?\\d+)?");

  private final List<String> header;
  private final int maxWidth;
  private final int sample;
  private final Output out;
  private final List<List<String>> kept = new ArrayList<>();
  private boolean started;
  private final int[] widths;
  private final boolean[] numeric;

  /**
   * @param maxWidth width at which a line is cut; 0 cuts no line
   * @param sample the number of first rows that decide the widths
   */
  TextTable(List<String> header, int maxWidth, int sample, Output out) {
    this.header = header.stream().map(name -> name.toUpperCase(Locale.ROOT)).toList();
    this.maxWidth = maxWidth;
    this.sample = sample;
    this.out = out;
    this.widths = new int[header.size()];
    this.numeric = new boolean[header.size()];
  }

  @Override
  public void row(List<String> cells) {
    List<String> row = cells.stream().map(Output::printable).toList();
    if (started) {
      print(row);
      return;
    }
    kept.add(row);
    if (kept.size() == sample) {
      start();
    }
  }

  @Override
  public void end() {
    if (!started) {
      start();
    }
  }

  private void start() {
    started = true;
    for (int column = 0; column < widths.length; column++) {
      int at = column;
      List<String> cells =
          kept.stream().map(row -> row.get(at)).filter(cell -> !cell.isEmpty()).toList();
      numeric[column] =
          !cells.isEmpty() && cells.stream().allMatch(cell -> NUMBER.matcher(cell).matches());
    }
    widen(header);
    kept.forEach(this::widen);
    print(header);
    kept.forEach(this::print);
    kept.clear();
  }

  private void widen(List<String> cells) {
    for (int column = 0; column < widths.length; column++) {
      int wanted = Math.min(MAX_COLUMN, TextWidth.of(cells.get(column)));
      widths[column] = Math.max(widths[column], wanted);
    }
  }

  private void print(List<String> cells) {
    widen(cells);
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      boolean last = column == widths.length - 1;
      // The last column may be as wide as the line.
      String cell = last ? cells.get(column) : TextWidth.cut(cells.get(column), widths[column]);
      String padding = " ".repeat(Math.max(0, widths[column] - TextWidth.of(cell)));
      line.append(numeric[column] ? padding + cell : cell + padding);
      line.append(last ? "" : GAP);
    }
    String whole = line.toString().stripTrailing();
    out.line(maxWidth == 0 ? whole : TextWidth.cut(whole, maxWidth));
  }
}
