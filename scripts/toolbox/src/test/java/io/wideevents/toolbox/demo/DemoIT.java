package io.wideevents.toolbox.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.stack.ChildProcess;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The demo as a person starts it, with a separate directory for temporary files. */
@Timeout(300)
class DemoIT {
  private static final Duration BOUND = Duration.ofSeconds(150);
  private static final Pattern DONE = Pattern.compile("Done in \\d+ s");
  private static final Pattern CURL = Pattern.compile("(?m)^ *(curl .*)$");

  @TempDir private Path directory;

  @Test
  void demo_showsWhatArrivedAndLeavesNothingBehind() throws Exception {
    // When
    try (ChildProcess demo = start("--events", "1500")) {
      // Then
      assertThat(demo.awaitExit(BOUND)).as(demo.logTail()).isZero();
      assertThat(output())
          .contains("sent 1,500, accepted 1,500, stored 1,500")
          .contains("Slowest routes", "\"_summary\" : \"Outcome: ")
          .containsPattern("Processed batch: \\d+ events \\(\\d+ success, 0 failures\\) in \\d+ms")
          .contains("api-gateway: exit code 0", "log-worker:  exit code 0")
          .containsPattern(DONE);
      assertThat(leftovers()).isEmpty();
    }
  }

  @Test
  void demo_keepsEverythingRunningAndItsCurlWorks() throws Exception {
    try (ChildProcess demo = start("--events", "100", "--keep")) {
      // Given
      demo.awaitLog(DONE, BOUND);
      String curl = demo.awaitLog(CURL, BOUND).group(1);
      String page = "/ui/#from=";
      if (TestStack.mongoIsServer()) {
        assertThat(output()).contains(page, "tab=compare", "log-worker stats --by");
      } else {
        assertThat(output()).contains("need a real MongoDB").doesNotContain(page, " stats ");
      }

      // When
      try (ChildProcess byHand = shell(curl)) {
        // Then
        assertThat(byHand.awaitExit(BOUND)).isZero();
        assertThat(byHand.logTail()).contains("\"accepted\":1", "\"eventId\":");
      }
      assertStopLeavesNothing(demo);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Starting a Kafka", "Starting the api-gateway", "Sending"})
  void demo_thatIsStoppedAtAnyMomentLeavesNothingBehind(String moment) throws Exception {
    try (ChildProcess demo = start("--events", "3000")) {
      // Given
      demo.awaitLog(Pattern.compile(moment), BOUND);

      // When / Then
      assertStopLeavesNothing(demo);
    }
  }

  private void assertStopLeavesNothing(ChildProcess demo) throws IOException {
    ProcessHandle handle = ProcessHandle.of(demo.pid()).orElseThrow();
    List<ProcessHandle> descendants = new ArrayList<>(handle.descendants().toList());
    demo.terminate();
    demo.awaitExit(BOUND);
    assertThat(output()).endsWith("Stopped; nothing is left behind.\n");
    await().atMost(BOUND).until(() -> descendants.stream().noneMatch(ProcessHandle::isAlive));
    assertThat(leftovers()).isEmpty();
  }

  private ChildProcess start(String... flags) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProjectHome.find().launcher("demo").toString());
    command.addAll(List.of(flags));
    Path temporary = Files.createDirectory(directory.resolve("temporary"));
    String options = System.getenv().getOrDefault("JAVA_OPTS", "");
    return ChildProcess.start(
        "demo",
        command,
        Map.of("JAVA_OPTS", options + " -Djava.io.tmpdir=" + temporary),
        directory.resolve("demo.log"));
  }

  private ChildProcess shell(String command) {
    return ChildProcess.start(
        "shell", List.of("sh", "-c", command), Map.of(), directory.resolve("shell.log"));
  }

  private String output() throws IOException {
    return Files.readString(directory.resolve("demo.log"), UTF_8);
  }

  private List<Path> leftovers() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("temporary"))) {
      return files.toList();
    }
  }
}
