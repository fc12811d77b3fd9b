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
import java.util.stream.Stream;

/**
 * A child process of this process. Its output goes to a log file. It can be ended as an operator or
 * a crash would end it. It ends with this process, even if this process is killed.
 *
 * <p>Safe for concurrent use. The caller closes this object.
 */
public final class ChildProcess implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(15);
  private static final Duration POLL_INTERVAL = Duration.ofMillis(20);
  private static final int TAIL_BYTES = 4096;

  // Reads until end of file, and then kills the child. The end of file comes when this process has
  // ended. The guard ignores the Ctrl-C that the terminal sends to the whole process group.
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
   * Starts a program. Does not block.
   *
   * @param name the name of the process in messages
   * @param environment variables, in addition to those of this process
   * @param log the file to which standard output and standard error are appended
   * @throws UncheckedIOException if the program cannot be started
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

  /** Completes with the exit code when the process has ended. */
  public CompletableFuture<Integer> onExit() {
    return process.onExit().thenApply(Process::exitValue);
  }

  /**
   * The exit code. If a signal ended the process, the code is 128 plus the number of the signal.
   *
   * @throws IllegalThreadStateException if the process has not ended
   */
  int exitCode() {
    return process.exitValue();
  }

  /** The file with the output. */
  public Path log() {
    return log;
  }

  /** The last lines of the output, at most 4 KiB; empty if there is no output. */
  public String logTail() {
    String text = readLog(Math.max(logStart, logSize() - TAIL_BYTES));
    return text.strip();
  }

  /** The whole output since the start. */
  public String logText() {
    return readLog(logStart);
  }

  /**
   * Waits until the output since the start contains a match.
   *
   * @return the first match
   * @throws IllegalStateException with the end of the output, if the process ends or the timeout
   *     elapses before
   */
  public Matcher awaitLog(Pattern pattern, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (true) {
      // Checked before the log is read, so that the last output of an ended process is read.
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

  /** An exception that describes a failure of this process, with the end of the output. */
  public IllegalStateException failure(String what) {
    return new IllegalStateException(
        "%s %s. The end of its output (%s):%n%s".formatted(name, what, log, logTail()));
  }

  /** Ends the process as a crash would: SIGKILL. Blocks until the process has ended. */
  public void kill9() {
    process.destroyForcibly();
    awaitExit(GRACE);
    guard.destroyForcibly();
  }

  /** Sends SIGTERM. Does not block. */
  public void terminate() {
    process.destroy();
  }

  /**
   * Waits until the process has ended.
   *
   * @return the exit code
   * @throws IllegalStateException with the end of the output, if the process does not end in time
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

  /**
   * Freezes the process: SIGSTOP. On Linux, returns when each of its threads has stopped: on a busy
   * machine they run for some more milliseconds.
   */
  public void pause() {
    signal("STOP");
    Path threads = Path.of("/proc", Long.toString(pid()), "task");
    long end = System.nanoTime() + GRACE.toNanos();
    while (Files.isDirectory(threads) && !allStopped(threads) && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  private static boolean allStopped(Path threads) {
    try (Stream<Path> all = Files.list(threads)) {
      return all.allMatch(ChildProcess::isStopped);
    } catch (IOException | UncheckedIOException e) {
      return false;
    }
  }

  /** Reads the state of a thread, which follows the name in parentheses. */
  private static boolean isStopped(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Continues the process after {@link #pause}: SIGCONT. */
  public void resume() {
    signal("CONT");
  }

  /** Ends the process: SIGTERM, and SIGKILL if the process takes longer than 15 s. Idempotent. */
  @Override
  public void close() {
    try {
      if (process.isAlive()) {
        // A frozen process does not handle SIGTERM.
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
