package io.wideevents.gateway.spool.command;

import io.wideevents.config.SettingValues;
import io.wideevents.config.SettingsCatalogue;
import io.wideevents.process.ExitCode;
import io.wideevents.process.SettingFlags;
import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** Resolves the settings of a spool command, prints their warnings, and runs the command. */
final class SpoolRun {
  private SpoolRun() {}

  interface Body<R> {
    int run(R settings) throws InterruptedException;
  }

  /**
   * Runs the body with the settings of a parsed command. With {@code --print-config} only prints
   * the settings.
   *
   * @param environment as of {@link System#getenv()}
   * @return the exit code
   */
  static <R> int run(
      SettingsCatalogue<R> settings,
      CommandSpec command,
      Map<String, String> environment,
      Body<R> body)
      throws InterruptedException {
    SettingValues<R> values = SettingFlags.resolve(settings, command, environment);
    if (SettingFlags.wantsPrint(command)) {
      PrintWriter out = command.commandLine().getOut();
      out.print(values.print());
      out.flush();
      return ExitCode.OK;
    }
    PrintWriter err = command.commandLine().getErr();
    values.warnings().forEach(warning -> err.println(settings.process() + ": " + warning));
    err.flush();
    return body.run(values.settings());
  }
}
