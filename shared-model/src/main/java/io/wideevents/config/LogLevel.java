package io.wideevents.config;

/** The least severe log lines shown. */
public enum LogLevel {
  TRACE,
  DEBUG,
  INFO,
  WARN,
  ERROR
}
