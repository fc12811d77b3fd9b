package io.wideevents.worker.command;

import java.io.Console;
import java.io.PrintWriter;

/** Asks the operator before something is deleted. */
final class Confirmation {
  private Confirmation() {}

  /**
   * Asks on the terminal. Blocks until there is an answer.
   *
   * @return whether the answer was yes; false without a terminal
   */
  // In Java 22 to 24 there is a console without a terminal too. The next line of its input, or the
  // end of the input, is then the answer.
  @SuppressWarnings("SystemConsoleNull")
  static boolean ask(PrintWriter err, String question) {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    err.print(question + " Type yes to continue: ");
    err.flush();
    String answer = console.readLine();
    return answer != null && answer.strip().equals("yes");
  }
}
