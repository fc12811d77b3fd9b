package io.wideevents.worker.query;

import io.wideevents.event.EventId;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.command.Output;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Shows all fields of one event, or the events of a request.",
      "The events of a request come from all services, the oldest first."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker get 0193719d-6c00-8a77-b9ff-000000000001",
      "  log-worker get --request req-42",
      "  log-worker get --request req-42 -o json | jq .service"
    })
final class GetCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "<event id>",
      converter = EventIdConverter.class,
      description = "The event's id.")
  private @Nullable EventId eventId;

  @Option(
      names = "--request",
      paramLabel = "<request id>",
      description = "All events with this request id, instead of one event.")
  private @Nullable String requestId;

  @Mixin private FieldOptions fields = new FieldOptions();

  @Mixin private FormatOptions format = new FormatOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    EventId event = eventId;
    String request = requestId;
    if ((event == null) == (request == null)) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "Give either an event id or --request");
    }
    if (request != null && request.isEmpty()) {
      throw new ParameterException(
          Objects.requireNonNull(spec).commandLine(), "The request id is empty");
    }
    return QueryRun.run(
        spec,
        (client, out) -> {
          if (event != null) {
            showEvent(client.get("/v1/events/" + event, Map.of()), out);
          } else if (request != null) {
            String path = "/v1/requests/" + QueryClient.encode(request);
            showRequest(client.get(path, Map.of()), out);
          }
          return ExitCode.OK;
        });
  }

  private void showEvent(String event, Output out) {
    if (format.format() == OutputFormat.TABLE) {
      format.fields(event, out);
    } else {
      EventPrinter printer = EventPrinter.of(format, fields, 1, out);
      printer.accept(event);
      printer.end();
    }
  }

  private void showRequest(String reply, Output out) {
    Map<String, String> members = JsonParts.members(reply);
    EventPrinter printer = EventPrinter.of(format, fields, Integer.MAX_VALUE, out);
    List<String> events = JsonParts.items(members.getOrDefault("events", "[]"));
    events.forEach(printer);
    printer.end();
    if (events.isEmpty()) {
      QueryRun.note(
          spec,
          "no event of this request is stored; log-worker trace finds an event by its id in all"
              + " places");
    }
    if (members.getOrDefault("truncated", "false").equals("true")) {
      QueryRun.note(
          spec,
          "the request has more events; log-worker search 'requestId:…' --limit 0 prints all");
    }
  }
}
