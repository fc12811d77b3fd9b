package io.wideevents.worker.query;

import io.wideevents.worker.command.Output;
import java.util.function.Consumer;

/** Prints events one after another. */
interface EventPrinter extends Consumer<String> {
  /** Prints an event, given as JSON. */
  @Override
  void accept(String event);

  /** Called once, after the last event. */
  void end();

  /**
   * A printer for the chosen format and fields.
   *
   * @param sample the number of events that decide the widths of a table's columns
   */
  static EventPrinter of(FormatOptions format, FieldOptions fields, int sample, Output out) {
    if (format.isJson()) {
      return new EventPrinter() {
        @Override
        public void accept(String event) {
          out.line(Output.printableJson(event));
        }

        @Override
        public void end() {}
      };
    }
    Rows rows = format.rows(fields.names(), sample, out);
    return new EventPrinter() {
      @Override
      public void accept(String event) {
        rows.row(fields.cells(event));
      }

      @Override
      public void end() {
        rows.end();
      }
    };
  }
}
