package io.wideevents.stack;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ChildProcessIT {
  private static final Duration BOUND = Duration.ofSeconds(20);

  @TempDir private Path directory;

  @Test
  void awaitLog_findsWhatIsPrintedAfterAWhile() {
    try (ChildProcess child = shell("sleep 0.2; echo listening on 42; sleep 100")) {
      // When
      String port = child.awaitLog(Pattern.compile("listening on (\\d+)"), BOUND).group(1);

      // Then
      assertThat(port).isEqualTo("42");
    }
  }

  @Test
  void awaitLog_ignoresWhatAnEarlierProcessPrinted() {
    // Given
    try (ChildProcess first = shell("echo ready")) {
      first.awaitExit(BOUND);
    }

    // When / Then
    try (ChildProcess second = shell("echo other")) {
      assertThatThrownBy(() -> second.awaitLog(Pattern.compile("ready"), BOUND))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void awaitLog_failsWithTheEndOfTheOutputWhenTheProcessEnds() {
    try (ChildProcess child = shell("echo no such file >&2; exit 3")) {
      assertThatThrownBy(() -> child.awaitLog(Pattern.compile("ready"), BOUND))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("exit code 3")
          .hasMessageContaining("no such file");
    }
  }

  @Test
  void awaitLog_failsWhenTimeIsUp() {
    try (ChildProcess child = shell("sleep 100")) {
      assertThatThrownBy(() -> child.awaitLog(Pattern.compile("ready"), Duration.ofMillis(100)))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("within");
    }
  }

  @Test
  void terminate_leavesTheExitCodeToTheProcess() {
    try (ChildProcess child = shell("trap 'exit 7' TERM; echo up; while :; do sleep 0.05; done")) {
      // Given
      child.awaitLog(Pattern.compile("up"), BOUND);

      // When
      child.terminate();

      // Then
      assertThat(child.awaitExit(BOUND)).isEqualTo(7);
    }
  }

  @Test
  void close_endsAFrozenProcess() {
    // Given
    ChildProcess child = shell("sleep 100");
    child.pause();

    // When
    child.close();

    // Then
    assertThat(child.isAlive()).isFalse();
  }

  @Test
  void start_makesAProcessThatDoesNotOutliveItsParentsCrash() throws Exception {
    // Given
    Process parent =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Parent.class.getName(),
                directory.resolve("grandchild.log").toString())
            .start();
    try (BufferedReader output = parent.inputReader(UTF_8)) {
      ProcessHandle grandchild = ProcessHandle.of(Long.parseLong(output.readLine())).orElseThrow();
      assertThat(grandchild.isAlive()).isTrue();

      // When
      parent.destroyForcibly();

      // Then
      await().atMost(BOUND).until(() -> !grandchild.isAlive());
    }
  }

  private ChildProcess shell(String script) {
    Path log = directory.resolve("child.log");
    return ChildProcess.start("shell", List.of("sh", "-c", script), Map.of(), log);
  }

  /** Starts a process and waits to be killed. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws InterruptedException {
      ChildProcess child =
          ChildProcess.start("sleep", List.of("sleep", "600"), Map.of(), Path.of(arguments[0]));
      System.out.println(child.pid());
      Thread.sleep(Duration.ofMinutes(10));
    }
  }
}
