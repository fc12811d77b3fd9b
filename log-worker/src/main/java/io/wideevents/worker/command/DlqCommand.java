package io.wideevents.worker.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "dlq",
    mixinStandardHelpOptions = true,
    description = {
      "Lists, shows and replays dead letters.",
      "A dead letter is a record that could not be stored as an event, with its original bytes and"
          + " the reason."
    },
    footer = {
      "",
      "Reasons: empty, malformed, invalid, expired, too_large, unsupported_schema, id_mismatch,",
      "id_conflict, refused_by_database.",
      "",
      "Usual order: list, show, remove the cause, replay."
    })
final class DlqCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Missing command: list, show or replay");
  }
}
