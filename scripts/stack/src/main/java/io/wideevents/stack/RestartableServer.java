package io.wideevents.stack;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A server in a child process, with the directory it keeps its data in: it can be ended in any way
 * and started again on that data. The end of the JVM closes it too.
 *
 * <p>{@link #close} may be called by any thread at any time; all else by one thread at a time.
 */
final class RestartableServer implements AutoCloseable {
  private final String name;
  private final Teardown teardown;
  private final WorkDirectory directory;
  private @Nullable ChildProcess process;

  /**
   * A server that is not running yet.
   *
   * @param name what to call it in messages, with its address
   * @param given where it keeps its data; null for a temporary directory
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
   * Starts the server and blocks until it is ready.
   *
   * @param awaitReady throws if the server does not become ready
   * @throws IllegalStateException if it runs already, or was closed
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
   * The process that runs or ran last; a new one after each start.
   *
   * @throws IllegalStateException if it was never started
   */
  ChildProcess process() {
    if (process == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return process;
  }

  /** Ends it in good order, if it runs. */
  void stop() {
    if (process != null) {
      process.close();
    }
  }

  /** Ends it and deletes its data if that was temporary. Idempotent. */
  @Override
  public void close() {
    teardown.close();
  }

  private void end(ChildProcess launched) {
    if (directory.temporary()) {
      // The data is deleted, so the server need not end in good order.
      launched.kill9();
    }
    launched.close();
  }
}
