package io.wideevents.worker.command;

/**
 * The result of one check.
 *
 * @param check what was checked, in a word or two
 * @param message what was found
 * @param fix what the operator should do; empty when nothing is wrong
 */
record Finding(Level level, String check, String message, String fix) {

  enum Level {
    OK,
    /** The pipeline works, but not as it should. */
    WARN,
    /** Events are rejected, lost or not stored. */
    FAIL
  }

  static Finding ok(String check, String message) {
    return new Finding(Level.OK, check, message, "");
  }

  static Finding warn(String check, String message, String fix) {
    return new Finding(Level.WARN, check, message, fix);
  }

  static Finding fail(String check, String message, String fix) {
    return new Finding(Level.FAIL, check, message, fix);
  }
}
