package io.wideevents.worker.command;

/**
 * What one check found.
 *
 * @param check what was looked at, a word or two
 * @param message what is there
 * @param fix what to do about it; empty when all is well
 */
record Finding(Level level, String check, String message, String fix) {

  /** How much it matters. */
  enum Level {
    OK,
    /** Works, but not as it should. */
    WARN,
    /** Events are refused, lost or not stored because of it. */
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
