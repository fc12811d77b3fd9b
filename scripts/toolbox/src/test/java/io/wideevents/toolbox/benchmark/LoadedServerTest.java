package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wideevents.stack.ChildProcess;
import io.wideevents.toolbox.load.Window;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LoadedServerTest {
  private static final Duration SOON = Duration.ofMillis(1);

  @TempDir private Path directory;

  private ChildProcess process;
  private long durable;
  private LoadedServer server;

  @BeforeEach
  void startProcess() {
    process =
        ChildProcess.start(
            "sleep", List.of("sleep", "60"), Map.of(), directory.resolve("sleep.log"));
    server =
        new LoadedServer("gateway", process, URI.create("http://127.0.0.1:1"), () -> durable++);
  }

  @AfterEach
  void endProcess() {
    process.kill9();
  }

  @Test
  void count_failsWhenARequestWasNotAcknowledged() {
    assertThatThrownBy(() -> server.count(window(1, 2), 1))
        .hasMessageStartingWith("sleep did not acknowledge 2 of 3 requests");
  }

  @Test
  void verifyDurable_waitsForTheLastEvent() {
    server.count(window(1, 0), 2);

    assertThatCode(() -> server.verifyDurable(Duration.ofSeconds(20))).doesNotThrowAnyException();
  }

  @Test
  void verifyDurable_failsWhenAnAcknowledgedEventIsMissing() {
    server.count(window(4, 0), 500);

    assertThatThrownBy(() -> server.verifyDurable(SOON))
        .hasMessageMatching("The gateway acknowledged 2,000 events, and \\d are durable");
  }

  private static Window window(int requests, int failed) {
    Histogram micros = new Histogram(3);
    micros.recordValueWithCount(100, requests);
    return new Window(micros, failed, Duration.ofSeconds(1));
  }
}
