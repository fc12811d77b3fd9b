package io.wideevents.gateway.access.command;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code api-gateway keys}: the commands for API keys. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = {
      "Creates API keys. The gateway compares keys with the hashes in the file that API_KEYS_FILE"
          + " names. To revoke a key, delete its line there."
    })
public final class KeysCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  private KeysCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Missing command: create");
  }

  /** The command with its subcommands, for the gateway's command line. */
  public static CommandLine commandLine() {
    return new CommandLine(new KeysCommand()).addSubcommand(new CreateCommand());
  }
}
