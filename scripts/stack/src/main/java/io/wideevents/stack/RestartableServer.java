package io.wideevents.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server in a child process, and the directory with its data. The server can be ended in any way
 * and started again on the same data. The end of the JVM also closes the server.
 *
 * <p>{@link #close} may be called by any thread at any time, the other methods by one thread at a
 * time.
 */
final class RestartableServer implements AutoCloseable {
  private final String name;
  private final Teardown teardown;
  private final WorkDirectory directory;
  private @Nullable ChildProcess process;

  /**
   * Creates a server without starting it.
   *
   * @param name the name and address of the server in messages
   * @param given the directory for data; null for a temporary directory
   * @param kind part of a temporary directory's name
   */
  RestartableServer(String name, @Nullable Path given, String kind) {
    this.name = name;
    this.teardown = new Teardown(name);
    this.directory = teardown.open(() -> WorkDirectory.create(given, kind), WorkDirectory::close);
  }

  WorkDirectory directory() {
    return directory;
  }

  /**
   * Writes files that the server needs. The directory is not deleted meanwhile.
   *
   * @param writing gets the directory, and is quick
   * @throws IllegalStateException if the server was closed
   */
  void prepare(Consumer<Path> writing) {
    teardown.run(() -> writing.accept(directory.path()));
  }

  /**
   * Starts the server and blocks until it is ready.
   *
   * @param awaitReady throws if the server does not become ready
   * @throws IllegalStateException if the server is running, or was closed
   */
  void start(List<String> command, Consumer<ChildProcess> awaitReady) {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException(name + " runs already");
    }
    Path log = directory.path().resolve("server.log");
    ChildProcess launched =
        teardown.open(() -> ChildProcess.start(name, command, Map.of(), log), this::end);
    process = launched;
    awaitReady.accept(launched);
  }

  /**
   * The process of the last start.
   *
   * @throws IllegalStateException if the server was not started before
   */
  ChildProcess process() {
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }

  /** Stops the server if it is running. */
  void stop() {
    if (process != null) {
      process.close();
    }
  }

  /** Ends the server and deletes temporary data. Idempotent. */
  @Override
  public void close() {
    teardown.close();
  }

  private void end(ChildProcess launched) {
    if (directory.temporary()) {
      // The data is deleted, so SIGKILL does no harm.
      launched.kill9();
    }
    launched.close();
  }
}
