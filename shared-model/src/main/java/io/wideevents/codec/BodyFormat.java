package io.wideevents.codec;

/** The format of a posted body. */
public enum BodyFormat {
  /** One JSON object, or one JSON array of objects. */
  JSON,
  /** One JSON object per line; blank lines are skipped. */
  NDJSON
}
