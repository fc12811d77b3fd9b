package io.wideevents.toolbox.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.stack.Teardown;
import io.wideevents.stack.TestStack;
import io.wideevents.toolbox.load.OpenLoop;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Both sides of a comparison for real, in small sizes. The figures are not compared. */
@Timeout(180)
class SideBySideIT {
  private static final int EVENTS = 20_000;

  @TempDir private Path directory;

  // A run fails by itself when a request is not acknowledged, or when an acknowledged event is not
  // durable.
  @Test
  void gateway_bothSidesAcknowledgeEveryEvent() throws Exception {
    // Given
    try (Teardown teardown = new Teardown("the test");
        OpenLoop steady = new OpenLoop(50)) {
      GatewayBenchmark.Settings settings =
          new GatewayBenchmark.Settings(Duration.ofSeconds(1), 1, Duration.ofSeconds(1), 1);

      // When
      SpeedReport.Part part =
          new GatewayBenchmark(servers(teardown), steady, settings, talk()).run();

      // Then
      assertMeasured(part, 1);
    }
  }

  @Test
  void worker_bothSidesStoreEveryEvent() throws Exception {
    try (Teardown teardown = new Teardown("the test")) {
      // When
      SpeedReport.Part part =
          new WorkerBenchmark(servers(teardown), EVENTS, 1, talk()).run().getFirst();

      // Then
      assertMeasured(part, 1);
    }
  }

  private Servers servers(Teardown teardown) {
    return new Servers(
        directory,
        teardown,
        Map.of("KAFKA_BROKER", TestStack.kafka(), "MONGODB_URI", TestStack.mongo()));
  }

  private static PrintWriter talk() {
    return new PrintWriter(new StringWriter());
  }

  private static void assertMeasured(SpeedReport.Part part, int rounds) {
    Comparison perSecond = part.comparisons().getFirst();
    assertThat(perSecond.pairs()).hasSize(rounds);
    assertThat(perSecond.ours().median()).isPositive();
    assertThat(perSecond.reference().median()).isPositive();
    assertThat(part.goals()).isNotEmpty();
  }
}
