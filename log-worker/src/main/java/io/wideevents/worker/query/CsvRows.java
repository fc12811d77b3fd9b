package io.wideevents.worker.query;

import io.wideevents.worker.command.Output;
import java.util.List;
import java.util.stream.Collectors;

/** Comma-separated values as RFC 4180 describes them: a header, CRLF, quotes where needed. */
final class CsvRows implements Rows {
  private static final String END_OF_LINE = "\r\n";

  private final Output out;

  CsvRows(List<String> header, Output out) {
    this.out = out;
    row(header);
  }

  @Override
  public void row(List<String> cells) {
    out.print(
        cells.stream()
                .map(Output::printableLines)
                .map(CsvRows::quoted)
                .collect(Collectors.joining(","))
            + END_OF_LINE);
  }

  @Override
  public void end() {}

  private static String quoted(String cell) {
    boolean isPlain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return isPlain ? cell : "\"" + cell.replace("\"", "\"\"") + "\"";
  }
}
