package io.wideevents.delivery.spool;

import static io.wideevents.delivery.spool.TestSpools.idsOf;
import static io.wideevents.delivery.spool.TestSpools.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wideevents.event.EventId;
import io.wideevents.event.StubEvent;
import io.wideevents.stack.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 during appends: every acknowledged event is there afterwards. */
class SpoolKillIT {
  private static final int LIVES = 4;
  private static final int ACKNOWLEDGED_PER_LIFE = 400;
  private static final int NUMBERS_PER_LIFE = 100_000_000;

  @TempDir Path directory;

  @Test
  void kill9_losesNothingAcknowledged() throws Exception {
    Path spoolDirectory = directory.resolve("spool");
    Set<EventId> acknowledged = new HashSet<>();
    for (int life = 0; life < LIVES; life++) {
      Path log = directory.resolve("life-" + life + ".log");
      try (ChildProcess process = start(spoolDirectory, life * NUMBERS_PER_LIFE, log)) {
        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> numbers(log).size() > ACKNOWLEDGED_PER_LIFE);
        process.kill9();
      }
      numbers(log).forEach(number -> acknowledged.add(StubEvent.numbered(number).id()));

      try (EventSpool spool = AppendingProcess.open(spoolDirectory)) {
        assertThat(idsOf(read(spool))).containsAll(acknowledged);
        assertThat(spool.stats().damage().ranges()).isZero();
        assertThat(spool.stats().damage().quarantinedFiles()).isZero();
      }
    }
  }

  private static ChildProcess start(Path spoolDirectory, int firstNumber, Path log) {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            AppendingProcess.class.getName(),
            spoolDirectory.toString(),
            Integer.toString(firstNumber));
    return ChildProcess.start("appending process", command, Map.of(), log);
  }

  /** The acknowledged numbers; lines of the child's own log are left out. */
  private static List<Integer> numbers(Path log) throws IOException {
    return Files.readAllLines(log).stream()
        .filter(line -> line.matches("\\d+"))
        .map(Integer::valueOf)
        .toList();
  }
}
