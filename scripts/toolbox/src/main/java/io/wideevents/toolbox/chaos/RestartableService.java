package io.wideevents.toolbox.chaos;

import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.RestartableProcess;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The gateway or a worker: each start creates a new process with the same settings.
 *
 * <p>{@link #close} may be called by any thread at any time; all other methods by one thread at a
 * time.
 */
final class RestartableService implements RestartableProcess, AutoCloseable {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(20);

  private final Supplier<ChildProcess> starter;
  private final Consumer<ChildProcess> awaitReady;
  private boolean closed;
  private @Nullable ChildProcess process;

  /**
   * @param starter starts the process; does not block
   * @param awaitReady throws if the process does not become ready
   */
  RestartableService(Supplier<ChildProcess> starter, Consumer<ChildProcess> awaitReady) {
    this.starter = starter;
    this.awaitReady = awaitReady;
  }

  @Override
  public void start() {
    awaitReady.accept(launch());
  }

  private synchronized ChildProcess launch() {
    if (closed) {
      throw new IllegalStateException("The process cannot start: the run is ending");
    }
    ChildProcess launched = starter.get();
    process = launched;
    return launched;
  }

  @Override
  public synchronized ChildProcess process() {
    if (process == null) {
      throw new IllegalStateException("It was not started");
    }
    return process;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException unless the process ends in time with exit code 0
   */
  @Override
  public void stop() {
    process().terminate();
    int exitCode = process().awaitExit(STOP_TIMEOUT);
    if (exitCode != 0) {
      throw process().failure("ended with exit code %d after SIGTERM".formatted(exitCode));
    }
  }

  /** Ends the process with SIGKILL. It cannot be started again. Idempotent. */
  @Override
  public synchronized void close() {
    closed = true;
    if (process != null) {
      process.kill9();
    }
  }
}
