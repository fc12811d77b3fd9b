package io.wideevents.process;

/** What the exit status of every process and command means; scripts rely on it. */
public final class ExitCode {
  /** Done, or ended in order by a signal. */
  public static final int OK = 0;

  /** Failed for a reason that is none of the others. */
  public static final int FAILURE = 1;

  /** A flag or an argument is wrong. */
  public static final int USAGE = 2;

  /** A setting from the environment or a file is wrong, or what it names cannot be used. */
  public static final int CONFIGURATION = 3;

  /** Kafka or MongoDB did not answer a command that needs it. */
  public static final int UNREACHABLE = 4;

  /** A check ran and found something wrong. */
  public static final int CHECK_FAILED = 5;

  private ExitCode() {}
}
