package io.wideevents.worker.query;

import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.CountConverter;
import io.wideevents.worker.command.Output;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.core.JsonGenerator;

@Command(
    name = "stats",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Counts events, error rates and percentiles, also by field or by interval.",
      "An event with a sample rate of 10 counts ten times.",
      "Functions: count, error_rate, avg(f), min(f), max(f), sum(f), p50(f), p90(f), p95(f), p99(f),"
          + " distinct(f)."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker stats --by route --calc 'count,error_rate,p95(performance.durationMs)'",
      "  log-worker stats 'service:checkout' --calc 'distinct(user.id)' --from -1d",
      "  log-worker stats --every 1m --from -30m",
      "  log-worker stats --by service,route --order -error_rate --limit 5 -o csv"
    })
final class StatsCommand implements Callable<Integer> {
  private static final int DECIMALS = 3;

  @Mixin private FilterArgument filter = new FilterArgument();

  @Option(
      names = "--calc",
      paramLabel = "<function>",
      split = ",",
      defaultValue = "count,error_rate,p95(performance.durationMs)",
      description = "What to calculate. Default: ${DEFAULT-VALUE}.")
  private List<String> calculations = new ArrayList<>();

  @Option(
      names = "--by",
      paramLabel = "<field>",
      split = ",",
      description = "One row for each value of these fields, at most three.")
  private List<String> groupBy = new ArrayList<>();

  @Option(
      names = "--every",
      paramLabel = "<interval>",
      description = "One row for each interval, such as 1m; auto chooses one. Not with --by.")
  private @Nullable String interval;

  @Mixin private RangeOptions range = new RangeOptions();

  @Option(
      names = "--limit",
      paramLabel = "<rows>",
      converter = CountConverter.class,
      defaultValue = "20",
      description = "Maximum number of groups, 1 to 200. Default: ${DEFAULT-VALUE}.")
  private long limit;

  @Option(
      names = "--order",
      paramLabel = "<function>",
      description =
          "Function that orders the groups, such as count. With - before it, the largest come first.")
  private @Nullable String orderBy;

  @Mixin private FormatOptions format = new FormatOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (interval != null && !groupBy.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Give either --by or --every");
    }
    return QueryRun.run(
        spec,
        (client, out) -> {
          Map<String, String> reply = JsonParts.members(client.post("/v1/query", question()));
          if (format.isJson()) {
            items(reply).forEach(item -> out.line(Output.printableJson(item)));
          } else {
            print(reply, out);
          }
          if (reply.getOrDefault("moreGroups", "false").equals("true")) {
            QueryRun.note(spec, "there are more groups; a higher --limit prints more, up to 200");
          }
          return ExitCode.OK;
        });
  }

  private String question() {
    return Output.object(
        json -> {
          json.writeStringProperty("filter", filter.text());
          range.parameters().forEach(json::writeStringProperty);
          writeTexts(json, "calculate", calculations);
          writeTexts(json, "groupBy", groupBy);
          json.writeStringProperty("series", interval == null ? "none" : interval);
          json.writeNumberProperty("limit", limit);
          if (orderBy != null) {
            json.writeStringProperty("orderBy", orderBy);
          }
        });
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** The rows of the result as JSON objects. */
  private List<String> items(Map<String, String> reply) {
    if (interval != null) {
      return JsonParts.items(reply.getOrDefault("series", "[]"));
    }
    if (!groupBy.isEmpty()) {
      return JsonParts.items(reply.getOrDefault("groups", "[]"));
    }
    return List.of("{\"values\":%s}".formatted(reply.getOrDefault("total", "{}")));
  }

  private void print(Map<String, String> reply, Output out) {
    List<String> header = new ArrayList<>(interval == null ? groupBy : List.of("at"));
    header.addAll(calculations);
    Rows rows = format.rows(header, Integer.MAX_VALUE, out);
    for (String item : items(reply)) {
      Map<String, String> values = JsonParts.flatten(item);
      List<String> cells = new ArrayList<>();
      if (interval != null) {
        cells.add(values.getOrDefault("at", ""));
      }
      if (!groupBy.isEmpty()) {
        String key = JsonParts.members(item).getOrDefault("key", "{}");
        JsonParts.members(key).values().forEach(value -> cells.add(JsonParts.text(value)));
      }
      calculations.forEach(
          function -> cells.add(number(values.getOrDefault("values." + function, ""))));
      rows.row(cells);
    }
    rows.end();
  }

  /** Rounds a number for a table. */
  private String number(String text) {
    boolean hasFraction =
        text.indexOf('.') >= 0 || text.indexOf('e') >= 0 || text.indexOf('E') >= 0;
    if (format.format() != OutputFormat.TABLE || !hasFraction) {
      return text;
    }
    return new BigDecimal(text)
        .setScale(DECIMALS, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }
}
