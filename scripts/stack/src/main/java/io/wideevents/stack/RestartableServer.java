package io.wideevents.stack;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server in a child process, with the directory it keeps its data in: it can be ended in any way
 * and started again on that data. When this JVM ends before {@link #close} is called, it is closed
 * all the same.
 *
 * <p>{@link #close} may be called by any thread at any time; all else by one thread at a time.
 */
final class RestartableServer implements AutoCloseable {
  private final String name;
  private final WorkDirectory directory;
  private final Thread closeAtEnd;
  private @Nullable ChildProcess process;
  private boolean closed;

  /**
   * A server that is not running yet.
   *
   * @param name what to call it in messages, with its address
   */
  RestartableServer(String name, WorkDirectory directory) {
    this.name = name;
    this.directory = directory;
    this.closeAtEnd = new Thread(this::release, "close " + name);
    Runtime.getRuntime().addShutdownHook(closeAtEnd);
  }

  /**
   * Starts the server and blocks until it is ready.
   *
   * @param awaitReady throws if the server does not become ready
   * @throws IllegalStateException if it runs already, or was closed
   */
  void start(List<String> command, Consumer<ChildProcess> awaitReady) {
    awaitReady.accept(launch(command));
  }

  // Only the launch excludes close: waiting for a slow server must not hold up the end of the JVM.
  private synchronized ChildProcess launch(List<String> command) {
    if (closed) {
      throw new IllegalStateException(name + " was closed");
    }
    if (process != null && process.isAlive()) {
      throw new IllegalStateException(name + " runs already");
    }
    ChildProcess launched =
        ChildProcess.start(name, command, Map.of(), directory.path().resolve("server.log"));
    process = launched;
    return launched;
  }

  /**
   * The process that runs or ran last; a new one after each start.
   *
   * @throws IllegalStateException if it was never started
   */
  synchronized ChildProcess process() {
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }

  /** Ends it in good order, if it runs. */
  synchronized void stop() {
    if (process != null) {
      process.close();
    }
  }

  /** Ends it and deletes its data if that was temporary. Idempotent. */
  @Override
  public void close() {
    release();
    try {
      Runtime.getRuntime().removeShutdownHook(closeAtEnd);
    } catch (IllegalStateException e) {
      // The JVM is ending already: the hook runs, and finds nothing left to do.
      return;
    }
  }

  private synchronized void release() {
    closed = true;
    if (process != null) {
      if (directory.temporary()) {
        // Nobody will read the data again, so there is no order to keep.
        process.kill9();
      }
      process.close();
    }
    directory.close();
  }
}
