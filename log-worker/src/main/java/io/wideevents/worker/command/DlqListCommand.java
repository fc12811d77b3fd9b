package io.wideevents.worker.command;

import io.wideevents.kafka.StoredDeadLetter;
import io.wideevents.process.ExitCode;
import io.wideevents.worker.deadletter.DeadLetterReader;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Lists dead letters that were not replayed yet, oldest first in each partition, with the"
          + " topic, partition and offset of their record.",
      "A stub stands for a record that was too large for the dead-letter topic. It cannot be"
          + " replayed. The original stays at SOURCE until that topic's retention ends."
    },
    footer = {
      "",
      "Examples:",
      "  log-worker dlq list --since 1h",
      "  log-worker dlq list --reason invalid --json | jq -r .error | sort | uniq -c"
    })
final class DlqListCommand implements Callable<Integer> {
  private static final int ERROR_CHARS = 60;
  private static final String FORMAT = "%-12s %-20s %-20s %-20s %-5s %7s %7s  %s";

  @ArgGroup(validate = false)
  private DeadLetterFilter filter = new DeadLetterFilter();

  @Option(names = "--all", description = "Also dead letters that were replayed before.")
  private boolean all;

  @Option(
      names = "--limit",
      paramLabel = "<letters>",
      converter = CountConverter.class,
      defaultValue = "100",
      description = "Maximum number of dead letters; 0 for all. Default: ${DEFAULT-VALUE}.")
  private long limit;

  @Option(names = "--json", description = "One JSON object a line.")
  private boolean json;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    return Operator.run(
        spec,
        (settings, out) ->
            Operator.withKafka(
                settings,
                kafka -> {
                  try (DeadLetterReader reader = DlqReplayCommand.open(kafka, settings)) {
                    return list(reader, out);
                  }
                }));
  }

  private int list(DeadLetterReader reader, Output out) {
    if (all) {
      reader.seekToStart();
    } else {
      reader.seekToPending();
    }
    if (!json) {
      out.line(
          FORMAT.formatted(
              "POSITION", "TIME", "REASON", "SOURCE", "KEPT", "BYTES", "REPLAYS", "ERROR"));
    }
    Instant now = Instant.now();
    long shown = 0;
    for (List<StoredDeadLetter> letters = reader.next();
        !letters.isEmpty();
        letters = reader.next()) {
      for (StoredDeadLetter letter : letters) {
        if (filter.matches(letter, now)) {
          if (limit > 0 && shown == limit) {
            Objects.requireNonNull(spec)
                .commandLine()
                .getErr()
                .println("There are more dead letters; --limit 0 lists all");
            return ExitCode.OK;
          }
          shown++;
          print(letter, out);
        }
      }
    }
    return ExitCode.OK;
  }

  private void print(StoredDeadLetter letter, Output out) {
    if (json) {
      out.json(
          object -> {
            object.writeStringProperty("position", letter.position());
            object.writeStringProperty("time", letter.time().toString());
            object.writeStringProperty("reason", letter.reason());
            object.writeStringProperty("error", letter.error());
            object.writeStringProperty("source", letter.source());
            object.writeNumberProperty("bytes", letter.valueBytes());
            object.writeNumberProperty("attempts", letter.attempts());
            object.writeNumberProperty("replays", letter.replays());
            object.writeBooleanProperty("stub", letter.isStub());
            object.writeArrayPropertyStart("cut");
            letter.cut().forEach(object::writeString);
            object.writeEndArray();
          });
      return;
    }
    String error = Output.printable(letter.error());
    out.line(
        FORMAT.formatted(
            letter.position(),
            letter.time().truncatedTo(ChronoUnit.SECONDS),
            Output.printable(letter.reason()),
            Output.printable(letter.source()),
            letter.isStub() ? "stub" : "whole",
            letter.valueBytes(),
            letter.replays(),
            error.length() <= ERROR_CHARS ? error : error.substring(0, ERROR_CHARS) + "…"));
  }
}
