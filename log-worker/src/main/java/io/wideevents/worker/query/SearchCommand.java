package io.wideevents.worker.query;

import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.CountConverter;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "search",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Finds stored events, the newest first.",
      "Terms of a filter: service:checkout, outcome:FAILED, duration:>500, route:\"/v1/cart/*\","
          + " -error.code:TIMEOUT, has:user.id, \"words of the summary\". An event must match all"
          + " terms. Put the filter in single quotes, because the shell changes > and \"."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker search 'service:checkout outcome:FAILED' --from -15m",
      "  log-worker search 'user.id:42' --fields timestamp,route,error.message",
      "  log-worker search 'duration:>500' --limit 0 -o json | jq -r .requestId",
      "  log-worker search --from -1d -o csv --fields timestamp,service,duration > day.csv",
      "  log-worker search '-outcome:SUCCESS -service:search'"
    })
final class SearchCommand implements Callable<Integer> {
  /** Rows of a table that are kept to align its columns. */
  static final int SAMPLE = 100;

  enum Order {
    DESC,
    ASC
  }

  @Mixin private FilterArgument filter = new FilterArgument();

  @Mixin private RangeOptions range = new RangeOptions();

  @Option(
      names = "--limit",
      paramLabel = "<events>",
      converter = CountConverter.class,
      defaultValue = "100",
      description = "Maximum number of events; 0 for all. Default: ${DEFAULT-VALUE}.")
  private long limit;

  @Option(
      names = "--order",
      paramLabel = "<order>",
      defaultValue = "desc",
      description = "desc: the newest first. asc: the oldest first. Default: ${DEFAULT-VALUE}.")
  private Order order = Order.DESC;

  @Mixin private FieldOptions fields = new FieldOptions();

  @Mixin private FormatOptions format = new FormatOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return QueryRun.run(
        spec,
        (client, out) -> {
          Map<String, String> query = range.parameters();
          query.put("filter", filter.text());
          query.put("order", order.name().toLowerCase(Locale.ROOT));
          EventPrinter printer = EventPrinter.of(format, fields, SAMPLE, out);
          AtomicBoolean found = new AtomicBoolean();
          boolean more;
          try {
            more =
                client.events(
                    query,
                    limit,
                    event -> {
                      found.set(true);
                      printer.accept(event);
                    });
          } catch (QueryApiException e) {
            if (found.get()) {
              printer.end(); // prints the rows that a table keeps
            }
            throw e;
          }
          printer.end();
          if (!found.get()) {
            QueryRun.note(
                spec,
                "no event from %s to %s matches; --from -7d searches a week"
                    .formatted(query.get("from"), query.get("to")));
          }
          if (more) {
            QueryRun.note(spec, "there are more events; --limit 0 prints all");
          }
          return ExitCode.OK;
        });
  }
}
