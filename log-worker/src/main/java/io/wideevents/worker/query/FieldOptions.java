package io.wideevents.worker.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which fields of an event a row has; a mixin of picocli. */
final class FieldOptions {
  private static final List<String> DEFAULT =
      List.of("timestamp", "outcome", "duration", "service", "route", "error.code", "eventId");

  // As in the filter language.
  private static final Map<String, String> ALIASES =
      Map.of(
          "outcome", "_ingest.outcome",
          "tier", "_ingest.tier",
          "receivedAt", "_ingest.receivedAt",
          "duration", "performance.durationMs");

  @Option(
      names = "--fields",
      paramLabel = "<field>",
      split = ",",
      description =
          "Fields to show in a table or in csv, such as timestamp,user.id,error.message. Default:"
              + " timestamp,outcome,duration,service,route,error.code,eventId.")
  private List<String> fields = new ArrayList<>();

  List<String> names() {
    return fields.isEmpty() ? DEFAULT : fields;
  }

  /** The values of the fields; empty text for a field that the event does not have. */
  List<String> cells(String event) {
    Map<String, String> values = JsonParts.flatten(event);
    return names().stream().map(name -> cell(event, values, name)).toList();
  }

  private static String cell(String event, Map<String, String> values, String name) {
    String path = ALIASES.getOrDefault(name, name);
    boolean isObject = values.keySet().stream().anyMatch(each -> each.startsWith(path + "."));
    return isObject ? JsonParts.at(event, path) : values.getOrDefault(path, "");
  }
}
