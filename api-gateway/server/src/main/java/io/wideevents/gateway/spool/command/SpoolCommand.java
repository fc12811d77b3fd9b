package io.wideevents.gateway.spool.command;

import io.wideevents.config.SettingsCatalogue;
import io.wideevents.gateway.config.GatewaySettings;
import io.wideevents.process.SettingFlags;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code api-gateway spool}: the commands for the spool of a gateway that is not running. */
@Command(
    name = "spool",
    mixinStandardHelpOptions = true,
    description = {
      "Shows, empties or copies the spool of a gateway that is stopped or retired.",
      "A running gateway replays its spool and shows it in /health/ready. It locks the directory"
          + " against these commands."
    })
public final class SpoolCommand implements Runnable {
  @Spec private @Nullable CommandSpec spec;

  private SpoolCommand() {}

  @Override
  public void run() {
    throw new ParameterException(
        Objects.requireNonNull(spec).commandLine(), "Missing command: status, drain or export");
  }

  /**
   * The command with its subcommands, for the gateway's command line.
   *
   * @param targets creates the tiers that {@code drain} delivers to
   * @param stdout {@code export} writes to it if no file is given
   */
  public static CommandLine commandLine(
      DrainTargets targets, OutputStream stdout, InstantSource clock) {
    CommandLine spool = new CommandLine(new SpoolCommand());
    add(spool, StoppedSpool.SETTINGS, new StatusCommand(clock));
    add(spool, GatewaySettings.CATALOGUE, new DrainCommand(targets, clock));
    add(spool, StoppedSpool.SETTINGS, new ExportCommand(stdout, clock));
    return spool;
  }

  private static void add(CommandLine spool, SettingsCatalogue<?> settings, Object command) {
    CommandLine line = new CommandLine(command);
    SettingFlags.add(settings.settings(), line.getCommandSpec());
    spool.addSubcommand(line);
  }
}
