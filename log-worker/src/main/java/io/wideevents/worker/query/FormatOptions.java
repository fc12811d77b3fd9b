package io.wideevents.worker.query;

import io.wideevents.worker.command.CountConverter;
import io.wideevents.worker.command.Output;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a command prints its result; a mixin of picocli. */
final class FormatOptions {
  @Option(
      names = {"-o", "--output"},
      paramLabel = "<format>",
      defaultValue = "table",
      description =
          "table: aligned columns for a terminal. json: one object a line, complete. csv: RFC 4180."
              + " Default: ${DEFAULT-VALUE}.")
  private OutputFormat format = OutputFormat.TABLE;

  @Option(
      names = "--width",
      paramLabel = "<columns>",
      converter = CountConverter.class,
      description =
          "Width at which the lines of a table are cut; 0 cuts no line. Default: the width of the"
              + " terminal.")
  private @Nullable Long width;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  OutputFormat format() {
    return format;
  }

  boolean isJson() {
    return format == OutputFormat.JSON;
  }

  /**
   * Rows in the format, which is not {@code json}.
   *
   * @param sample the number of rows that decide the widths of a table's columns
   */
  Rows rows(List<String> header, int sample, Output out) {
    return rows(header, maxWidth(), sample, out);
  }

  private Rows rows(List<String> header, int maxWidth, int sample, Output out) {
    return switch (format) {
      case TABLE -> new TextTable(header, maxWidth, sample, out);
      case CSV -> new CsvRows(header, out);
      case JSON -> throw new IllegalStateException("JSON has no rows");
    };
  }

  /** Prints one object as rows of field and value. The rows are cut only if a width was given. */
  void fields(String object, Output out) {
    Rows rows =
        rows(List.of("field", "value"), width == null ? 0 : maxWidth(), Integer.MAX_VALUE, out);
    JsonParts.flatten(object).forEach((field, value) -> rows.row(List.of(field, value)));
    rows.end();
  }

  private int maxWidth() {
    return width == null
        ? Objects.requireNonNull(command).usageMessage().width()
        : Math.toIntExact(Math.min(width, Integer.MAX_VALUE));
  }
}
