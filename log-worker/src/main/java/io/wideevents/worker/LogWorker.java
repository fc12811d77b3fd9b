package io.wideevents.worker;

import io.wideevents.process.ProcessMain;
import io.wideevents.process.SettingFlags;
import io.wideevents.worker.command.OperatorCommands;
import io.wideevents.worker.config.WorkerSettings;
import io.wideevents.worker.query.QueryCommands;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code log-worker} command line. Without a subcommand it runs the worker. */
@Command(
    name = LogWorker.NAME,
    mixinStandardHelpOptions = true,
    description = {
      "Writes wide events from Kafka into MongoDB in batches. All workers share one consumer"
          + " group.",
      "Without a command it runs the worker. Each command has its own --help."
    })
public final class LogWorker implements Callable<Integer> {
  static final String NAME = "log-worker";

  @Spec private @Nullable CommandSpec spec;

  /** Parses the arguments, runs the command, and ends the JVM with the command's exit code. */
  public static void main(String... arguments) {
    if (arguments.length == 0 || Arrays.equals(arguments, new String[] {"run"})) {
      ProcessMain.run(NAME, RunCommand::runByEnvironment);
    } else {
      ProcessMain.run(commandLine(), LogWorker.class, arguments);
    }
  }

  /** Builds the command line with every subcommand and flag. Runs nothing. */
  public static CommandLine commandLine() {
    CommandLine run = new CommandLine(new RunCommand());
    CommandLine commandLine = new CommandLine(new LogWorker()).addSubcommand(run);
    SettingFlags.add(WorkerSettings.CATALOGUE.settings(), commandLine.getCommandSpec());
    SettingFlags.add(WorkerSettings.CATALOGUE.settings(), run.getCommandSpec());
    QueryCommands.addTo(commandLine);
    OperatorCommands.addTo(commandLine);
    return commandLine;
  }

  @Override
  public Integer call() throws InterruptedException {
    return RunCommand.run(Objects.requireNonNull(spec));
  }
}
