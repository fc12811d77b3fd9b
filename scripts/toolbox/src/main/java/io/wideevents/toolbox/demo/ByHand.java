package io.wideevents.toolbox.demo;

import io.wideevents.stack.MongoServer;
import io.wideevents.toolbox.pipeline.ProjectHome;
import java.io.File;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The commands that the user can run next. Each works exactly as printed. */
final class ByHand {
  private static final URI DEFAULT_GATEWAY = URI.create("http://127.0.0.1:8080");

  private final ProjectHome home;
  private final Map<String, String> environment;

  ByHand(ProjectHome home, Map<String, String> environment) {
    this.home = home;
    this.environment = environment;
  }

  /** Where a browser shows the events of the sample. */
  List<String> page(URI gateway, MongoServer mongo, Instant from, Instant to) {
    if (mongo.isSubstitute()) {
      return List.of(
          "The page, statistics and tail need a real MongoDB. Install one, so that mongod is on the",
          "PATH, or set MONGODB_URI, and start the demo again. Search works without it.");
    }
    String sample = "%s/ui/#from=%s&to=%s".formatted(gateway, from, to);
    return List.of(
        "In a browser, the events, charts and comparisons:",
        sample,
        "What do the slow checkouts have in common?",
        sample + "&q=service%3Acheckout&tab=compare&sel=duration%3A%3E800",
        "");
  }

  /** Commands for a running pipeline. */
  List<String> whileRunning(URI gateway, MongoServer mongo, String database) {
    Path worker = home.launcher("log-worker");
    List<String> commands = new ArrayList<>();
    commands.add(curl(gateway));
    // The variables of docs/query-api.md and docs/query-cli.md.
    commands.add("export GATEWAY=%1$s QUERY_URL=%1$s".formatted(gateway));
    commands.add("%s search 'service:checkout outcome:FAILED' --url %s".formatted(worker, gateway));
    if (!mongo.isSubstitute()) {
      commands.add("%s stats --by service,route --url %s".formatted(worker, gateway));
    }
    commands.add("%s --url %s --count 10000".formatted(home.launcher("sample"), gateway));
    commands.add(
        "# MongoDB, for the queries of docs/querying.md: %s, database %s"
            .formatted(mongo.temporary() ? mongo.uri() : "MONGODB_URI", database));
    if (onPath("mongosh")) {
      commands.add(
          "mongosh '%s' --eval 'db.getSiblingDB(\"%s\").wide_events.find().sort({timestamp: -1}).limit(1)'"
              .formatted(mongo.uri(), database));
    }
    return commands;
  }

  /** Commands for a machine on which the pipeline has stopped. */
  List<String> afterwards() {
    return List.of(
        home.launcher("demo") + " --keep          # the same, and everything stays up",
        home.launcher("local-stack") + "          # or each part in its own terminal:",
        home.launcher("api-gateway") + "          # settings: --help",
        home.launcher("log-worker").toString(),
        curl(DEFAULT_GATEWAY));
  }

  private static String curl(URI gateway) {
    return ("curl -sS %s/v1/events -H 'Content-Type: application/json' -d '{\"requestId\": \"by-hand-1\","
            + " \"service\": \"demo\", \"route\": \"GET /hello\", \"timestamp\": '\"$(date +%%s)000\"',"
            + " \"performance\": {\"durationMs\": 12.5}}'")
        .formatted(gateway);
  }

  private boolean onPath(String program) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator))
        .filter(directory -> !directory.isBlank())
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
