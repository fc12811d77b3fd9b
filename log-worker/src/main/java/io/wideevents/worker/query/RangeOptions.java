package io.wideevents.worker.query;

import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The time range of a query; a mixin of picocli. The query API parses and checks the times. */
final class RangeOptions {
  @Option(
      names = "--from",
      paramLabel = "<time>",
      defaultValue = "-1h",
      description =
          "Beginning of the range: a time such as 2026-11-30T12:00:00Z, or an age such as -15m, -1h"
              + " or -7d. Default: ${DEFAULT-VALUE}.")
  private String from = "-1h";

  @Option(
      names = "--to",
      paramLabel = "<time>",
      defaultValue = "now",
      description = "End of the range, in the same form. Default: ${DEFAULT-VALUE}.")
  private String to = "now";

  /** The parameters of the query API, in a new map. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("from", from);
    parameters.put("to", to);
    return parameters;
  }
}
