package io.wideevents.worker.query;

import io.wideevents.event.EventId;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.Output;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "trace",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says where an event is: stored, pending, spooled, dead letter or unknown.",
      "The command looks in MongoDB, in Kafka, in the spool of the gateway and in the dead-letter"
          + " topic.",
      "Exits with 0 when the event is stored or on its way there, else with 5."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker trace 0193719d-6c00-8a77-b9ff-000000000001",
      "  log-worker trace 0193719d-6c00-8a77-b9ff-000000000001 --request req-42",
      "  log-worker trace 0193719d-6c00-8a77-b9ff-000000000001 -o json | jq -r .state"
    })
final class TraceCommand implements Callable<Integer> {
  private static final Set<String> ON_ITS_WAY = Set.of("stored", "pending", "spooled");

  @Parameters(
      paramLabel = "<event id>",
      converter = EventIdConverter.class,
      description = "The event's id.")
  private @Nullable EventId eventId;

  @Option(
      names = "--request",
      paramLabel = "<request id>",
      description =
          "The event's request id. It decides the partition of the event in Kafka, so the"
              + " search is faster with it.")
  private @Nullable String requestId;

  @Mixin private FormatOptions format = new FormatOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return QueryRun.run(
        spec,
        (client, out) -> {
          String path = "/v1/events/" + eventId + "/trace";
          String reply =
              client.get(path, requestId == null ? Map.of() : Map.of("requestId", requestId));
          print(reply, out);
          String state = JsonParts.flatten(reply).getOrDefault("state", "");
          return ON_ITS_WAY.contains(state) ? ExitCode.OK : ExitCode.CHECK_FAILED;
        });
  }

  private void print(String reply, Output out) {
    if (format.isJson()) {
      out.line(Output.printableJson(reply));
    } else {
      format.fields(reply, out);
    }
  }
}
