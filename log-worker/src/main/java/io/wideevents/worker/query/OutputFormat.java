package io.wideevents.worker.query;

enum OutputFormat {
  /** Aligned columns for a terminal. */
  TABLE,
  /** One object a line, complete. */
  JSON,
  /** RFC 4180, with a header. */
  CSV
}
