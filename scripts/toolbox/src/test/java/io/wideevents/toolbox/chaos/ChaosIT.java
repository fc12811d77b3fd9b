package io.wideevents.toolbox.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.wideevents.stack.MongodBinary;
import io.wideevents.stack.Teardown;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests the promise while processes fail: a short fault run of {@code scripts/chaos}. {@code
 * -Dwideevents.chaos.seconds} makes the run longer.
 */
@Timeout(900)
class ChaosIT {
  private static final long SEED = 7;
  // All three episodes are executed, even if the servers start slowly. In the first two episodes
  // both servers are down while the gateway runs, so the gateway uses its spool.
  private static final FaultSchedule SHORT =
      FaultSchedule.of(
          episode(Episode.GATEWAY_KILLED_WHILE_SPOOLING, 7),
          episode(Episode.GATEWAY_KILLED_WHILE_REPLAYING, 7),
          episode(Episode.WORKER_KILLED, 3));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void acknowledgedEvents_areStoredOnceWhileProcessesFail() throws Exception {
    // Given
    Optional<Path> mongod = MongodBinary.find(System.getenv());
    assumeTrue(
        mongod.isPresent(),
        "No fault run: there is no mongod on the PATH, and no substitute survives a kill");
    ChaosSettings settings = new ChaosSettings(SEED, schedule(), 32, 100, Instant.now());
    StringWriter progress = new StringWriter();

    try (Teardown teardown = new Teardown("the fault run")) {
      // When
      ChaosResult result =
          new ChaosRun(
                  settings,
                  mongod.orElseThrow(),
                  directory,
                  new PrintWriter(progress, true),
                  teardown)
              .run();

      // Then
      String report = progress + String.join("\n", new ChaosReport(result).lines());
      assertThat(result.isGood()).as(report).isTrue();
      assertThat(result.findings().givenUp()).as(report).isZero();
      assertThat(result.findings().acknowledged()).as(report).isPositive();
      assertThat(result.findings().acknowledged()).isEqualTo(result.findings().posted());
      assertThat(result.rest().endOffset()).as(report).isPositive();
      assertThat(result.scoreboard().tally().acceptedByTier()).as(report).containsKey("spool");
    }
  }

  private static FaultSchedule schedule() {
    Integer seconds = Integer.getInteger("wideevents.chaos.seconds");
    return seconds == null ? SHORT : FaultSchedule.of(SEED, Duration.ofSeconds(seconds));
  }

  private static ScheduledEpisode episode(Episode episode, int seconds) {
    return new ScheduledEpisode(episode, Duration.ofSeconds(1), Duration.ofSeconds(seconds));
  }
}
