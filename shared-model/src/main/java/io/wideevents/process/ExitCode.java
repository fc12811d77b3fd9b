package io.wideevents.process;

/** The exit codes of every process and command. Scripts rely on them. */
public final class ExitCode {
  /** Done, or ended in order by a signal. */
  public static final int OK = 0;

  /** Failed for a reason without a separate code. */
  public static final int FAILURE = 1;

  /** A flag or an argument is wrong. */
  public static final int USAGE = 2;

  /**
   * A setting from the environment or a file is wrong, or the file or directory that it names
   * cannot be used.
   */
  public static final int CONFIGURATION = 3;

  /** Kafka, MongoDB or the query API did not answer a command that needs it. */
  public static final int UNREACHABLE = 4;

  /** A check ran and found something wrong. */
  public static final int CHECK_FAILED = 5;

  private ExitCode() {}
}
