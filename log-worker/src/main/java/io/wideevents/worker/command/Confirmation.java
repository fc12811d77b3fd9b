package io.wideevents.worker.command;

import java.io.Console;
import java.io.PrintWriter;

/** Asks a person before something is deleted. */
final class Confirmation {
  private Confirmation() {}

  /**
   * Asks on the terminal; blocks until there is an answer.
   *
   * @return whether the answer was yes; false when there is no terminal to ask on
   */
  // From Java 22 to 24 there is a console without a terminal too; what is read from it then is an
  // answer as well, or its end.
  @SuppressWarnings("SystemConsoleNull")
  static boolean ask(PrintWriter err, String question) {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    err.print(question + " Type yes to go on: ");
    err.flush();
    String answer = console.readLine();
    return answer != null && answer.strip().equals("yes");
  }
}
