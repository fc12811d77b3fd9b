package io.wideevents.config;

/** The form of a log line. */
public enum LogFormat {
  /** For people: {@code time LEVEL [Logger] message key=value}. */
  TEXT,
  /** For log collectors: one JSON object per line. */
  JSON
}
