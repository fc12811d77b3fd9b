package io.wideevents.config;

/** How much of a setting's value may be shown in logs, problems and {@code --print-config}. */
public enum Secrecy {
  /** All of it. */
  PUBLIC,
  /** An address that may carry {@code user:password@}: all but the password. */
  CREDENTIALS,
  /** Nothing. */
  SECRET;

  /** Whether the value may also come from a file named by {@code NAME_FILE}. */
  boolean fromFile() {
    return this != PUBLIC;
  }
}
