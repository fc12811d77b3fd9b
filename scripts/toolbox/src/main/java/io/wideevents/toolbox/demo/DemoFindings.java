package io.wideevents.toolbox.demo;

import com.mongodb.client.model.Filters;
import io.wideevents.codec.EventJson;
import io.wideevents.toolbox.pipeline.StoredEvents;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.BsonDocument;
import org.bson.RawBsonDocument;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The part of the report about the stored events. */
final class DemoFindings {
  private static final int WORKER_LINES = 5;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          // Otherwise a decimal would be converted to a double and might be printed with another
          // value.
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();

  private final StoredEvents stored;
  private final Path workerLog;
  private final PrintWriter out;

  DemoFindings(StoredEvents stored, Path workerLog, PrintWriter out) {
    this.stored = stored;
    this.workerLog = workerLog;
    this.out = out;
  }

  void print() {
    List<EventFacts> facts = stored.all(EventFacts.FIELDS).stream().map(EventFacts::of).toList();
    DemoReport report = new DemoReport(facts);
    section("Events per service and outcome", report.outcomesByService());
    section("Slowest routes", report.slowestRoutes());
    // The planted incident, which is also visible in the tables.
    Optional<RawBsonDocument> failure = stored.anyFailure("checkout", "UPSTREAM_TIMEOUT");
    failure
        .or(() -> stored.any(Filters.empty()))
        .ifPresent(event -> section("One of the events, whole", pretty(event).lines().toList()));
    section("What the log-worker logged", workerLines());
  }

  private static String pretty(BsonDocument event) {
    return MAPPER.writeValueAsString(MAPPER.readTree(EventJson.toBytes(event)));
  }

  private List<String> workerLines() {
    try (Stream<String> lines = Files.lines(workerLog)) {
      return lines.filter(line -> line.contains("Processed batch:")).limit(WORKER_LINES).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + workerLog, e);
    }
  }

  private void section(String title, List<String> lines) {
    out.printf("%n   %s%n", title);
    lines.forEach(line -> out.println("     " + line));
    out.flush();
  }
}
