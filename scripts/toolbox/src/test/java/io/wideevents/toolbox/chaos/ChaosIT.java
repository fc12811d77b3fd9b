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
 * The promise while everything dies: a short fault run of {@code scripts/chaos}. {@code
 * -Dwideevents.chaos.seconds} makes it longer.
 */
@Timeout(900)
class ChaosIT {
  // A gateway killed while it spools comes first; then a worker killed, a gateway killed while it
  // replays, and one stopped while it spools, as far as the machine gets in time.
  private static final long SEED = 2335;
  private static final Duration LENGTH =
      Duration.ofSeconds(Integer.getInteger("wideevents.chaos.seconds", 40));

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  private Path directory;

  @Test
  void events_thatWereAcknowledgedAreStoredOnceWhateverDies() throws Exception {
    // Given
    Optional<Path> mongod = MongodBinary.find(System.getenv());
    assumeTrue(
        mongod.isPresent(),
        "No fault run: there is no mongod on the PATH, and no stand-in survives a kill");
    ChaosSettings settings = new ChaosSettings(SEED, LENGTH, 32, 100, Instant.now());
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
      assertThat(result.rest().position().end()).as(report).isPositive();
      assertThat(result.figures().acknowledgedByTier()).as(report).containsKey("spool");
    }
  }
}
