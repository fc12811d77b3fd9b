package io.wideevents.config;

/** How much of a setting's value is shown in logs, problems and {@code --print-config}. */
public enum Secrecy {
  /** The whole value. */
  PUBLIC,
  /** An address that may contain {@code user:password@}: everything except the password. */
  CREDENTIALS,
  /** Nothing. */
  SECRET;

  /** Whether the value may also come from a file named by {@code NAME_FILE}. */
  boolean fromFile() {
    return this != PUBLIC;
  }
}
