package io.wideevents.stack;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A process started by this one: its output goes to a log file, it can be ended in every way an
 * operator or a crash would end it, and it does not outlive this process, however that ends.
 *
 * <p>Safe for concurrent use. The caller closes it.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
  private static final int TAIL_BYTES = 4096;

  // Reads until end of file, which comes when the process that holds the other end is gone; then
  // kills. It must outlive a Ctrl-C, which the terminal sends to the whole group.
  private static final String GUARD = "trap '' INT TERM HUP; cat >/dev/null; kill -9 \"$1\"";

  private final String name;
  private final Process process;
  private final Process guard;
  private final Path log;
  private final long logStart;

  private ChildProcess(String name, Process process, Process guard, Path log, long logStart) {
    this.name = name;
    this.process = process;
    this.guard = guard;
    this.log = log;
    this.logStart = logStart;
  }

  /**
   * Starts a program; does not wait for anything it does.
   *
   * @param name what to call it in messages
   * @param environment added to this process's own environment
   * @param log the file its standard output and error are appended to
   * @throws UncheckedIOException if it cannot be started
   */
  public static ChildProcess start(
      String name, List<String> command, Map<String, String> environment, Path log) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    try {
      long logStart = Files.exists(log) ? Files.size(log) : 0;
      Process process = builder.start();
      return new ChildProcess(name, process, guard(process), log, logStart);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot start %s (%s)".formatted(name, command.get(0)), e);
    }
  }

  private static Process guard(Process process) throws IOException {
    return new ProcessBuilder("sh", "-c", GUARD, "guard", Long.toString(process.pid()))
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completes, with its exit code, when it has ended. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * Its exit code; of a process that a signal ended, 128 and the signal's number.
   *
   * @throws IllegalThreadStateException if it has not ended
   */
  int exitCode() {
    return process.exitValue();
  }

  /** Where its output goes. */
  public Path log() {
    return log;
  }

  /** The last lines of its output, at most 4 KiB; empty when there is none. */
  public String logTail() {
    String text = readLog(Math.max(logStart, logSize() - TAIL_BYTES));
    return text.strip();
  }

  /** All of its output since it was started. */
  public String logText() {
    return readLog(logStart);
  }

  /**
   * Waits until its output, since it was started, holds a match.
   *
   * @return the first match
   * @throws IllegalStateException with the tail of its output, if it ends before or time is up
   */
  public Matcher awaitLog(Pattern pattern, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      // Asked before the log is read: what it wrote last must still be seen.
      boolean alive = isAlive();
      Matcher matcher = pattern.matcher(readLog(logStart));
      if (matcher.find()) {
        return matcher;
      }
      if (!alive) {
        throw failure("ended with exit code " + exitCode());
      }
      if (System.nanoTime() - deadline > 0) {
        throw failure("did not print /%s/ within %s".formatted(pattern, timeout));
      }
      pauseBetweenPolls();
    }
  }

  /** A failure of this process in words, with the tail of its output. */
  public IllegalStateException failure(String what) {
    return new IllegalStateException(
        "%s %s. The end of its output (%s):%n%s".formatted(name, what, log, logTail()));
  }

  /** Ends it as a crash would: SIGKILL. Returns when it is gone. */
  public void kill9() {
    process.destroyForcibly();
    awaitExit(GRACE);
    guard.destroyForcibly();
  }

  /** Asks it to end: SIGTERM. Returns at once. */
  public void terminate() {
    process.destroy();
  }

  /**
   * Waits until it has ended.
   *
   * @return its exit code
   * @throws IllegalStateException with the tail of its output, if it has not ended in time
   */
  public int awaitExit(Duration timeout) {
    try {
      if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        throw failure("did not end within " + timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for the end of " + name, e);
    }
    return process.exitValue();
  }

  /** Stops it where it stands, as a frozen machine would: SIGSTOP. */
  public void pause() {
    signal("STOP");
  }

  /** Lets it run on after {@link #pause}: SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Ends it: SIGTERM, and SIGKILL when it takes longer than 15 s. Idempotent. */
  @Override
  public void close() {
    try {
      if (process.isAlive()) {
        // A stopped process would not see the SIGTERM.
        resume();
        terminate();
        process.waitFor(GRACE.toMillis(), TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
      guard.destroyForcibly();
    }
  }

  private void signal(String signal) {
    try {
      new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start()
          .waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot send SIG%s to %s".formatted(signal, name), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private long logSize() {
    try {
      return Files.exists(log) ? Files.size(log) : 0;
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + log, e);
    }
  }

  private String readLog(long from) {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      file.seek(from);
      byte[] bytes = new byte[(int) Math.max(0, file.length() - from)];
      file.readFully(bytes);
      return new String(bytes, UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + log, e);
    }
  }

  private void pauseBetweenPolls() {
    try {
      Thread.sleep(POLL_INTERVAL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for " + name, e);
    }
  }
}
