package io.wideevents.toolbox.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.stack.ChildProcess;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class WrongSettingsIT {
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final ProjectHome HOME = ProjectHome.find();

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"api-gateway", "log-worker"})
  void launcher_exitsWithThreeAndTellsAllMistakesAtOnce(String name) {
    // Given
    Map<String, String> settings =
        Map.of(
            "KAFKA_BROKER", "no port here",
            "MONGODB_URI", "postgres://127.0.0.1",
            "EVENT_MAX_DEPTH", "-3");

    // When
    try (ChildProcess process = start(name, settings)) {
      // Then
      assertThat(process.awaitExit(BOUND)).as(process.logTail()).isEqualTo(3);
      assertThat(process.logTail())
          .contains("KAFKA_BROKER", "MONGODB_URI", "EVENT_MAX_DEPTH", "-3");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"api-gateway", "log-worker"})
  void launcher_exitsWithTwoForAWrongFlag(String name) {
    // When
    try (ChildProcess process = start(name, Map.of(), "--brokers=no port here")) {
      // Then
      assertThat(process.awaitExit(BOUND)).as(process.logTail()).isEqualTo(2);
      assertThat(process.logTail()).contains("--brokers");
    }
  }

  @ParameterizedTest
  @CsvSource({"api-gateway,HTTP_PORT", "log-worker,WORKER_HTTP_PORT"})
  void launcher_exitsWithThreeWhenThePortIsTaken(String name, String setting) throws Exception {
    // Given
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());
      Map<String, String> settings =
          Map.of(
              setting,
              port,
              "KAFKA_BROKER",
              "127.0.0.1:1",
              "MONGODB_URI",
              "mongodb://127.0.0.1:1",
              "SPOOL_DIR",
              directory.resolve("spool").toString());

      // When
      try (ChildProcess process = start(name, settings)) {
        // Then
        assertThat(process.awaitExit(BOUND)).as(process.logTail()).isEqualTo(3);
        assertThat(process.logTail()).contains("127.0.0.1:" + port, setting);
      }
    }
  }

  private ChildProcess start(String name, Map<String, String> settings, String... flags) {
    List<String> all = new ArrayList<>(name.equals("log-worker") ? List.of("run") : List.of());
    all.addAll(List.of(flags));
    return HOME.start(name, all, settings, directory.resolve(name + ".log"));
  }
}
