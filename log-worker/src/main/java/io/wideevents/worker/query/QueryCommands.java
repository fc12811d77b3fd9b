package io.wideevents.worker.query;

import io.wideevents.process.SettingFlags;
import picocli.CommandLine;

/** The commands that read stored events. */
public final class QueryCommands {
  private QueryCommands() {}

  /** Adds the commands to the command line of the process, each with its flags. */
  public static void addTo(CommandLine root) {
    root.addSubcommand(command(new SearchCommand()));
    root.addSubcommand(command(new GetCommand()));
    root.addSubcommand(command(new StatsCommand()));
    root.addSubcommand(command(new TailCommand()));
    root.addSubcommand(command(new TraceCommand()));
  }

  private static CommandLine command(Object command) {
    CommandLine commandLine = new CommandLine(command);
    SettingFlags.add(
        QueryClientSettings.CATALOGUE.settings("QUERY_URL", "QUERY_API_KEY", "LOG_LEVEL"),
        commandLine.getCommandSpec());
    return commandLine;
  }
}
