package io.wideevents.worker.command;

import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;

/** The operator's commands: every command except {@code run}. */
public final class OperatorCommands {
  private OperatorCommands() {}

  /** Adds the commands to the command line of the process, each with its flags. */
  public static void addTo(CommandLine root) {
    root.addSubcommand(aboutKafka(new LagCommand()));
    root.addSubcommand(
        new CommandLine(new DlqCommand())
            .addSubcommand(aboutKafka(new DlqListCommand()))
            .addSubcommand(aboutKafka(new DlqShowCommand()))
            .addSubcommand(aboutKafka(new DlqReplayCommand())));
    root.addSubcommand(aboutEverything(new InitCommand()));
    root.addSubcommand(aboutEverything(new DoctorCommand()));
    root.addSubcommand(new GenerateCompletion());
  }

  private static CommandLine aboutKafka(Object command) {
    CommandLine commandLine = new CommandLine(command);
    Operator.addKafkaFlags(commandLine.getCommandSpec());
    return commandLine;
  }

  private static CommandLine aboutEverything(Object command) {
    CommandLine commandLine = new CommandLine(command);
    Operator.addAllFlags(commandLine.getCommandSpec());
    return commandLine;
  }
}
