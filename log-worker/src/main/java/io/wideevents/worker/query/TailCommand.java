package io.wideevents.worker.query;

import io.wideevents.worker.command.Output;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
    name = "tail",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Prints events as they are stored, until Ctrl-C.",
      "After an interruption the command continues after the last event that it printed.",
      "The query API sends at most 50 events a second. The number of skipped events goes to stderr."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker tail 'outcome:FAILED'",
      "  log-worker tail 'service:checkout' --fields timestamp,route,user.id",
      "  log-worker tail -o json | jq -r '.error.message // empty'"
    })
final class TailCommand implements Callable<Integer> {
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final int GONE = 410;

  @Mixin private FilterArgument filter = new FilterArgument();

  @Mixin private FieldOptions fields = new FieldOptions();

  @Mixin private FormatOptions format = new FormatOptions();

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return QueryRun.run(
        spec,
        (client, out) -> {
          EventPrinter printer = EventPrinter.of(format, fields, 1, out);
          Position position = follow(client, printer, new Position(Optional.empty(), RETRY));
          while (true) {
            TimeUnit.MILLISECONDS.sleep(position.retry.toMillis());
            position = followAgain(client, printer, position);
          }
        });
  }

  /** Where the next connection continues, and how long to wait before it. */
  private record Position(Optional<String> lastId, Duration retry) {}

  /** A failure of the first connection ends the command. An outage later does not. */
  private Position followAgain(QueryClient client, EventPrinter printer, Position position)
      throws InterruptedException {
    try {
      return follow(client, printer, position);
    } catch (QueryApiException e) {
      return after(e, position.lastId);
    }
  }

  /** Throws the failure if the same call would fail again. */
  private Position after(QueryApiException e, Optional<String> lastId) {
    if (e.status() == GONE && lastId.isPresent()) {
      QueryRun.note(
          spec,
          "events are missing here: after the interruption, MongoDB no longer had the position of"
              + " the last event; log-worker search finds them");
      return new Position(Optional.empty(), Duration.ZERO);
    }
    if (!e.isTemporary()) {
      throw e;
    }
    QueryRun.note(spec, String.valueOf(e.getMessage()));
    return new Position(lastId, RETRY);
  }

  /** Prints events until the connection ends. */
  private Position follow(QueryClient client, EventPrinter printer, Position position)
      throws InterruptedException {
    try (ReplyBody body = client.tail(filter.text(), position.lastId)) {
      ServerSentEvents events = new ServerSentEvents(body, position.lastId, RETRY);
      String why = "the gateway ended it";
      try {
        for (Optional<ServerSentEvents.Sent> next = events.next();
            next.isPresent();
            next = events.next()) {
          if (next.get().type().equals("problem")) {
            return after(client.rejected(next.get().data()), events.lastId());
          }
          print(next.get(), printer);
        }
      } catch (IOException e) {
        why = Output.printable(String.valueOf(e.getMessage()));
      }
      QueryRun.note(spec, "the connection was interrupted: %s; connecting again".formatted(why));
      return new Position(events.lastId(), events.retry());
    }
  }

  private void print(ServerSentEvents.Sent sent, EventPrinter printer) {
    switch (sent.type()) {
      case "wide-event" -> printer.accept(sent.data());
      case "skipped" ->
          QueryRun.note(
              spec,
              "%s events skipped; a narrower filter shows more"
                  .formatted(
                      Output.printable(
                          JsonParts.flatten(sent.data()).getOrDefault("events", "some"))));
      default -> {} // later versions of the API may send other events
    }
  }
}
