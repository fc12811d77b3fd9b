package io.wideevents.stack;

/**
 * A MongoDB of our own, a replica set of one, that can be ended in any way and started again: same
 * address, same data.
 *
 * <p>Methods are to be called by one thread at a time, but {@link #close} by any.
 */
public sealed interface RestartableMongoServer extends MongoServer
    permits ContainerMongoServer, MongodProcess {

  /**
   * Starts the server, on the data of the last run if there was one, and blocks until it takes
   * writes: some seconds, at most 60.
   *
   * @throws IllegalStateException if it runs already, or did not become ready
   */
  void start();

  /** Ends the server as a crash would: SIGKILL. Returns when it is gone. */
  void kill9();

  /** Ends the server in good order: SIGTERM, and SIGKILL when it takes longer than 15 s. */
  void stop();

  /** Stops and starts it again. */
  default void restart() {
    stop();
    start();
  }

  /** Freezes the server. Its connections stay open and nobody answers. */
  void pause();

  /** Lets the server run on after {@link #pause}. */
  void resume();
}
