package io.wideevents.process;

/**
 * Ends a command with an exit code and one line for the user. For expected failures: a locked
 * directory, a server that does not answer. A cause is shown with {@code LOG_LEVEL=debug}.
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

  /** As the other constructor, with the cause. */
  public CommandFailedException(int exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
