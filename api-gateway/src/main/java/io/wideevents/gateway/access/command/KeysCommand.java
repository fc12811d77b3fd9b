package io.wideevents.gateway.access.command;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code api-gateway keys}: the commands for API keys. */
@Command(
    name = "keys",
    mixinStandardHelpOptions = true,
    description = {
      "Makes API keys. The gateway knows keys by their hashes, from the file that API_KEYS_FILE"
          + " names; to take a key back, delete its line there."
    })
public final class KeysCommand {
  private KeysCommand() {}

  /** The command with its subcommands, to be added to the gateway's command line. */
  public static CommandLine commandLine() {
    return new CommandLine(new KeysCommand()).addSubcommand(new CreateCommand());
  }
}
