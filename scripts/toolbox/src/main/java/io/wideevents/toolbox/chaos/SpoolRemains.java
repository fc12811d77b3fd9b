package io.wideevents.toolbox.chaos;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.wideevents.stack.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The events left in the spool of a stopped gateway, as {@code api-gateway spool status} reports
 * them.
 *
 * @param pending events that reached neither Kafka nor MongoDB
 * @param refused events that were set aside for the dead-letter topic
 * @param quarantined files that could not be read
 */
record SpoolRemains(long pending, long refused, long quarantined) {
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  boolean isEmpty() {
    return pending == 0 && refused == 0 && quarantined == 0;
  }

  /**
   * Runs the command.
   *
   * @param directory for its output
   */
  static SpoolRemains of(ChaosPipeline pipeline, Path directory) {
    Path output = directory.resolve("spool-status.json");
    try (ChildProcess status =
        pipeline
            .home()
            .start(
                "api-gateway",
                List.of("spool", "status", "--json"),
                pipeline.environment(),
                output)) {
      int exitCode = status.awaitExit(TIMEOUT);
      String json =
          Files.readString(output, UTF_8)
              .lines()
              .filter(line -> line.startsWith("{"))
              .findFirst()
              .orElseThrow(() -> status.failure("ended with exit code " + exitCode));
      JsonNode found = JsonMapper.shared().readTree(json);
      return new SpoolRemains(
          found.path("pendingEvents").asLong(),
          found.path("refusedEvents").asLong(),
          found.path("quarantinedFiles").asLong());
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + output, e);
    }
  }
}
