package io.wideevents.worker.query;

import java.util.List;

/** Prints rows of cells below a header. */
interface Rows {
  /**
   * Prints a row, or keeps it to align the columns.
   *
   * @param cells one for each column
   */
  void row(List<String> cells);

  /** Prints what was kept. Called once, after the last row. */
  void end();
}
