package io.wideevents.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class LocalStackCommandIT {
  private static final Duration BOUND = Duration.ofSeconds(90);
  private static final Pattern STARTED = Pattern.compile("The broker is process (\\d+)");
  private static final Pattern READY = Pattern.compile("Ctrl-C ends");

  @TempDir private Path directory;

  @Test
  void call_endsWithWhatHappenedWhenTheBrokerDies() {
    try (ChildProcess command = start()) {
      // Given
      long broker = Long.parseLong(command.awaitLog(STARTED, BOUND).group(1));
      command.awaitLog(READY, BOUND);

      // When
      ProcessHandle.of(broker).orElseThrow().destroyForcibly();

      // Then
      assertThat(command.awaitExit(BOUND)).isEqualTo(1);
      assertThat(command.logText())
          .contains("local-stack: Kafka broker at 127.0.0.1:", "ended with exit code 137")
          .contains(BrokerMain.READY, "It was killed", "Start local-stack again");
    }
  }

  @Test
  void call_endsTheBrokerWhenMongodDies() {
    assumeThat(MongodBinary.find(System.getenv())).as("a program mongod").isPresent();
    try (ChildProcess command = start()) {
      // Given
      long broker = Long.parseLong(command.awaitLog(STARTED, BOUND).group(1));
      command.awaitLog(READY, BOUND);

      // When
      ProcessHandle.of(command.pid())
          .orElseThrow()
          .children()
          .filter(child -> child.info().command().orElse("").endsWith("mongod"))
          .forEach(ProcessHandle::destroy);

      // Then
      assertThat(command.awaitExit(BOUND)).isEqualTo(1);
      assertThat(command.logText())
          .contains("local-stack: mongod on port", "ended with exit code 0");
      assertThat(ProcessHandle.of(broker)).isNotPresent();
    }
  }

  @Test
  void call_saysNothingOfADeathWhenItIsEndedItself() {
    try (ChildProcess command = start()) {
      // Given
      command.awaitLog(READY, BOUND);

      // When
      command.terminate();

      // Then
      assertThat(command.awaitExit(BOUND)).isEqualTo(143);
      assertThat(command.logText().lines().toList().getLast()).startsWith("Ctrl-C ends both");
      assertThat(command.logText()).doesNotContain("exit code");
    }
  }

  private ChildProcess start() {
    List<String> java =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            LocalStackCommand.class.getName());
    // Blank is as good as unset.
    return ChildProcess.start(
        "local-stack", java, Map.of("MONGODB_URI", ""), directory.resolve("local-stack.log"));
  }
}
