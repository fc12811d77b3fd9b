package io.wideevents.config;

/** Where a setting's value comes from; an earlier source wins over a later one. */
public enum Source {
  FLAG,
  ENVIRONMENT,
  /** The file named by the environment variable {@code NAME_FILE}. */
  FILE,
  DEFAULT
}
