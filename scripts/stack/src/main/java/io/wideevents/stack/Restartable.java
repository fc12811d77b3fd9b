package io.wideevents.stack;

/**
 * A process that can be stopped, killed or frozen, and started again on the same address and data.
 *
 * <p>One thread at a time calls these methods.
 */
public interface Restartable {
  /**
   * Starts the process, on the data of the last run if there was one. Blocks until it is ready.
   *
   * @throws IllegalStateException if the process is running, or does not become ready
   */
  void start();

  /** Sends SIGTERM. Blocks until the process has ended. */
  void stop();

  /** Ends the process as a crash would: SIGKILL. Blocks until it has ended. */
  void kill9();

  /** Freezes the process: SIGSTOP. Its connections stay open and are not answered. */
  void pause();

  /** Continues the process after {@link #pause}: SIGCONT. */
  void resume();

  /** Stops and starts the process. */
  default void restart() {
    stop();
    start();
  }
}
