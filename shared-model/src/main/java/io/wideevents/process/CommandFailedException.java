package io.wideevents.process;

/**
 * Ends a command with an exit code and one line for the person who ran it. For what is expected to
 * go wrong: a directory that is locked, a server that does not answer. The cause, when there is
 * one, is shown with {@code LOG_LEVEL=debug}.
 */
public final class CommandFailedException extends RuntimeException {
  private final int exitCode;

  /**
   * Ends the command.
   *
   * @param exitCode one of {@link ExitCode}
   * @param message what happened, where, and what to do
   */
  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** As the other, with the failure that led to it. */
  public CommandFailedException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
