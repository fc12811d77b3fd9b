package io.wideevents.config;

/** The source of a setting's value; an earlier source overrides a later one. */
public enum Source {
  FLAG,
  ENVIRONMENT,
  /** The file named by the environment variable {@code NAME_FILE}. */
  FILE,
  DEFAULT
}
