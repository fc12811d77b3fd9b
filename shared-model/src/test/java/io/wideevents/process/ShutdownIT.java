package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ends real processes: what the JVM does with signals cannot be seen from inside. */
class ShutdownIT {
  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP"})
  void signal_closesTheApplicationAndEndsWithZero(String signal) throws Exception {
    try (Running child = start("prompt")) {
      String arrived = child.killEvenIfIgnored(signal);

      assertThat(child.exitCode()).isZero();
      assertThat(child.readLine()).isEqualTo("closed on thread close");
      assertThat(child.log())
          .contains("INFO  [Shutdown] Shutdown began reason=SIG" + arrived + " boundMs=500")
          .contains("INFO  [Shutdown] Shutdown ended exitCode=0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT"})
  void secondSignal_endsAtOnceWithItsNumber(String second) throws Exception {
    try (Running child = start("stuck")) {
      child.kill("TERM");
      assertThat(child.readLine()).isEqualTo("closing");
      String arrived = child.killEvenIfIgnored(second);

      assertThat(child.exitCode()).isEqualTo(arrived.equals("INT") ? 130 : 143);
    }
  }

  @Test
  void closing_isAbandonedAfterItsBound() throws Exception {
    try (Running child = start("slow")) {
      child.kill("TERM");

      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(child.log())
          .contains("WARN  [Shutdown] Closing took too long and was abandoned boundMs=500")
          .contains("leftovers=\"3 events in flight\"");
    }
  }

  @Test
  void closing_thatFailsEndsWithOne() throws Exception {
    try (Running child = start("failing")) {
      child.kill("TERM");

      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(child.log()).contains("Closing failed").contains("disk is gone");
    }
  }

  @Test
  void deadThread_endsTheProcessInOrderWithOne() throws Exception {
    try (Running child = start("dying")) {
      assertThat(child.exitCode()).isEqualTo(1);
      assertThat(child.readLine()).isEqualTo("closed on thread close");
      assertThat(child.log()).contains("thread=worker-1").contains("no such partition");
    }
  }

  private Running start(String mode) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Child.class.getName(), mode));
    Path log = directory.resolve("log");
    Process process = new ProcessBuilder(command).redirectError(log.toFile()).start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String ready = out.readLine();
    assertThat(ready).as(Files.readString(log)).startsWith("ready, ignoring ");
    return new Running(process, out, log, ready.substring(ready.lastIndexOf(' ') + 1));
  }

  /**
   * A child that is ready.
   *
   * @param ignored the signals that what started this test had ignored (SIGHUP by nohup, SIGINT by
   *     a shell's {@code &}): child processes inherit that, and a JVM respects it
   */
  private record Running(Process process, BufferedReader out, Path logFile, String ignored)
      implements AutoCloseable {
    @Nullable String readLine() throws IOException {
      return out.readLine();
    }

    String log() throws IOException {
      return Files.readString(logFile);
    }

    void kill(String signal) throws IOException, InterruptedException {
      String pid = Long.toString(process.pid());
      assertThat(new ProcessBuilder("kill", "-" + signal, pid).start().waitFor()).isZero();
    }

    /**
     * Sends a signal, and SIGTERM after one that is ignored.
     *
     * @return the signal that arrives
     */
    String killEvenIfIgnored(String signal) throws IOException, InterruptedException {
      kill(signal);
      if (!ignored.contains(signal)) {
        return signal;
      }
      kill("TERM");
      return "TERM";
    }

    int exitCode() throws InterruptedException {
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
      return process.exitValue();
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  /** A process that closes in the way its argument says. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws InterruptedException {
      LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
      String mode = arguments[0];
      Duration bound = mode.equals("stuck") ? Duration.ofMinutes(1) : Duration.ofMillis(500);
      Shutdown shutdown = new Shutdown(bound, () -> close(mode), () -> "3 events in flight");
      String ignored =
          Stream.of("TERM", "INT", "HUP")
              .filter(signal -> !Signals.handle(signal, () -> {}))
              .collect(Collectors.joining(","));
      shutdown.install();
      System.out.println("ready, ignoring " + ignored);
      if (mode.equals("dying")) {
        Thread.ofPlatform()
            .name("worker-1")
            .start(
                () -> {
                  throw new IllegalStateException("no such partition");
                });
      }
      shutdown.await();
    }

    private static void close(String mode) throws Exception {
      switch (mode) {
        case "stuck", "slow" -> {
          System.out.println("closing");
          Thread.currentThread().join();
        }
        case "failing" -> throw new IOException("disk is gone");
        default -> System.out.println("closed on thread " + Thread.currentThread().getName());
      }
    }
  }
}
