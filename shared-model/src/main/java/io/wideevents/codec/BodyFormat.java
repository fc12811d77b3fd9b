package io.wideevents.codec;

/** How a posted body lays out its events. */
public enum BodyFormat {
  /** One JSON object, or one JSON array of objects. */
  JSON,
  /** One JSON object a line; blank lines are skipped. */
  NDJSON
}
