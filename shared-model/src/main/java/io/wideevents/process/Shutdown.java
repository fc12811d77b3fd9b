package io.wideevents.process;

import io.wideevents.log.LogThrottle;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends a process in order and within a time limit. The first SIGTERM, SIGINT or SIGHUP closes the
 * application and ends the JVM with 0. A second signal ends the JVM at once with 128 + its number.
 * An application that does not close in time is abandoned with exit code 1, and the log reports the
 * unfinished work.
 *
 * <p>An uncaught exception in any thread ends the process in the same way, with exit code 1.
 * Otherwise the process would look alive and lose work.
 *
 * <p>Threads: closing runs on a thread named {@code close}, watched by one named {@code shutdown};
 * neither holds a lock of ours. Logging works until the end, because log lines are not buffered.
 */
public final class Shutdown {
  private static final Logger log = LoggerFactory.getLogger(Shutdown.class);

  private final Duration bound;
  private final AutoCloseable application;
  private final Supplier<String> leftovers;
  private final IntConsumer halt;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile int exitCode = ExitCode.FAILURE;

  /**
   * Prepares the shutdown of an application; {@link #install} activates it.
   *
   * @param bound how long closing may take
   * @param application closed once; may be called on another thread while its start is still in
   *     progress
   * @param leftovers called if closing took too long: reports the unfinished work and its location
   *     in a few words; must not block
   */
  public Shutdown(Duration bound, AutoCloseable application, Supplier<String> leftovers) {
    this(bound, application, leftovers, Runtime.getRuntime()::halt);
  }

  Shutdown(
      Duration bound, AutoCloseable application, Supplier<String> leftovers, IntConsumer halt) {
    this.bound = bound;
    this.application = application;
    this.leftovers = leftovers;
    this.halt = halt;
  }

  /** Installs the handlers of signals and uncaught exceptions for the whole JVM. */
  public void install() {
    Signals.handle("TERM", () -> signal("SIGTERM", 15));
    Signals.handle("INT", () -> signal("SIGINT", 2));
    Signals.handle("HUP", () -> signal("SIGHUP", 1));
    Thread.setDefaultUncaughtExceptionHandler(this::threadDied);
  }

  /**
   * Begins to close the application, unless that has begun already. Does not block.
   *
   * @param exitCode the exit code if closing succeeds
   * @param reason for the log
   */
  public void begin(int exitCode, String reason) {
    if (begun.compareAndSet(false, true)) {
      try {
        Thread.ofPlatform().name("shutdown").daemon(false).start(() -> run(exitCode, reason));
      } catch (Error e) {
        // There is no thread to close on. A process that only looks alive loses work.
        halt.accept(ExitCode.FAILURE);
      }
    }
  }

  /**
   * Blocks the main thread until the application is closed; usually the JVM ends before this
   * returns.
   *
   * @return the exit code
   * @throws InterruptedException if interrupted; a shutdown in progress continues
   */
  public int await() throws InterruptedException {
    ended.await();
    return exitCode;
  }

  void signal(String name, int number) {
    if (begun.get()) {
      // Without a log line: what blocks the shutdown may block stderr as well.
      halt.accept(128 + number);
    } else {
      begin(ExitCode.OK, name);
    }
  }

  void threadDied(Thread thread, Throwable exception) {
    LogThrottle.safely(
        () ->
            log.atError()
                .setCause(exception)
                .addKeyValue("thread", thread.getName())
                .log("Thread died of an uncaught exception; ending the process"));
    begin(ExitCode.FAILURE, "thread " + thread.getName() + " died");
  }

  private void run(int wantedCode, String reason) {
    long start = System.nanoTime();
    try {
      LogThrottle.safely(
          () ->
              log.atInfo()
                  .addKeyValue("reason", reason)
                  .addKeyValue("boundMs", bound.toMillis())
                  .log("Shutdown began"));
      if (close()) {
        exitCode = wantedCode;
      }
      LogThrottle.safely(
          () ->
              log.atInfo()
                  .addKeyValue("exitCode", exitCode)
                  .addKeyValue(
                      "durationMs", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                  .log("Shutdown ended"));
    } finally {
      // The process must end whatever happened, and before main can return, because the JVM could
      // then end with another exit code.
      halt.accept(exitCode);
      ended.countDown();
    }
  }

  /** Whether the application closed without error and in time. */
  private boolean close() {
    FutureTask<?> closing =
        new FutureTask<>(
            () -> {
              application.close();
              return null;
            });
    Thread.ofPlatform().name("close").daemon().start(closing);
    try {
      closing.get(bound.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      log.atError().setCause(e.getCause()).log("Closing failed");
    } catch (TimeoutException e) {
      log.atWarn()
          .addKeyValue("boundMs", bound.toMillis())
          .addKeyValue("leftovers", leftovers.get())
          .log("Closing took too long and was abandoned");
    } catch (InterruptedException e) {
      // No code has a reference to this thread. If it is interrupted nevertheless, the JVM ends
      // here anyway.
      Thread.currentThread().interrupt();
    }
    return false;
  }
}
