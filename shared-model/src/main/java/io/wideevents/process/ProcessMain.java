package io.wideevents.process;

import io.wideevents.config.InvalidSettingsException;
import io.wideevents.config.LogFormat;
import io.wideevents.config.LogLevel;
import io.wideevents.config.SettingProblem;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The main method of every process and tool: runs a command line, reports a failure in one line,
 * and ends the JVM with an {@link ExitCode}.
 *
 * <pre>{@code
 * public static void main(String... arguments) {
 *   CommandLine commandLine = new CommandLine(new LogWorker());
 *   SettingFlags.add(CATALOGUE.settings(), commandLine.getCommandSpec());
 *   ProcessMain.run(commandLine, LogWorker.class, arguments);
 * }
 * }</pre>
 */
public final class ProcessMain {
  private static final Logger log = LoggerFactory.getLogger(ProcessMain.class);
  private static final int HELP_WIDTH = 100;

  private ProcessMain() {}

  /**
   * Runs a process whose settings are all in the environment, and ends the JVM. This start has no
   * use for picocli, and does without it: the AOT cache takes no class files as old as picocli's,
   * so that a JVM would read and verify 170 classes. Failures are reported as those of a command.
   */
  public static void run(String name, Callable<Integer> process) {
    LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
    PrintWriter err = writer(new FileOutputStream(FileDescriptor.err), encoding("stderr.encoding"));
    System.exit(execute(name, process, err));
  }

  static int execute(String name, Callable<Integer> process, PrintWriter err) {
    try {
      return process.call();
    } catch (Exception e) {
      return failed(e, name, err);
    }
  }

  /** Runs the command line and ends the JVM. */
  public static void run(CommandLine commandLine, Class<?> main, String... arguments) {
    // This setup is used until the command has read its own settings. Without this setup, a file on
    // the class path could set up the log.
    LogSetup.start(LogLevel.INFO, LogFormat.TEXT);
    PrintWriter out = writer(new FileOutputStream(FileDescriptor.out), encoding("stdout.encoding"));
    System.exit(execute(commandLine.setOut(out), main, arguments));
  }

  private static Charset encoding(String property) {
    return Charset.forName(System.getProperty(property, "UTF-8"));
  }

  /**
   * A writer that reports the stream's errors. Picocli's own writer does not report them, so that
   * an endless command such as {@code lag --watch | head -1} would continue without a reader.
   */
  static PrintWriter writer(OutputStream stream, Charset charset) {
    return new PrintWriter(stream, true, charset);
  }

  /** As {@link #run}, but does not end the JVM or set up its log; for tests. */
  public static int execute(CommandLine commandLine, Class<?> main, String... arguments) {
    CommandSpec root = commandLine.getCommandSpec();
    root.version(
        "%s %s (Java %s)"
            .formatted(commandLine.getCommandName(), ManifestVersion.of(main), Runtime.version()));
    root.usageMessage()
        .commandListHeading("Commands:%n")
        .exitCodeListHeading("Exit codes:%n")
        .exitCodeList(exitCodes())
        .optionListHeading("Options and settings:%n");
    return commandLine
        .setHelpSectionKeys(commandsFirst(commandLine.getHelpSectionKeys()))
        .setUsageHelpWidth(HELP_WIDTH)
        .setUsageHelpAutoWidth(true)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(ProcessMain::usage)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> failed(failure, name(command), command.getErr()))
        .execute(arguments);
  }

  /** Moves the commands before the options, because a process has a hundred lines of settings. */
  private static List<String> commandsFirst(List<String> sections) {
    List<String> commands =
        List.of(
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_COMMAND_LIST,
            UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST_HEADING,
            UsageMessageSpec.SECTION_KEY_EXIT_CODE_LIST);
    List<String> reordered = new ArrayList<>(sections);
    reordered.removeAll(commands);
    reordered.addAll(
        reordered.indexOf(UsageMessageSpec.SECTION_KEY_PARAMETER_LIST_HEADING), commands);
    return reordered;
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> meanings = new LinkedHashMap<>();
    meanings.put(" " + ExitCode.OK, "done, or ended in order by a signal");
    meanings.put(" " + ExitCode.FAILURE, "failed for another reason");
    meanings.put(" " + ExitCode.USAGE, "a flag or an argument is wrong");
    meanings.put(" " + ExitCode.CONFIGURATION, "a setting from the environment or a file is wrong");
    meanings.put(" " + ExitCode.UNREACHABLE, "Kafka, MongoDB or the query API did not answer");
    meanings.put(" " + ExitCode.CHECK_FAILED, "a check found something wrong");
    return meanings;
  }

  private static int usage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(name(command) + ": " + e.getMessage());
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("See '%s --help'.".formatted(command.getCommandSpec().qualifiedName()));
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, String name, PrintWriter err) {
    return switch (e) {
      case InvalidSettingsException invalid -> invalidSettings(invalid, name, err);
      case CommandFailedException failure -> {
        log.debug("Command failed", failure);
        err.println(name + ": " + failure.getMessage());
        yield failure.exitCode();
      }
      default -> {
        // A bug, or a resource that failed: the stack trace is needed.
        log.error("Command failed", e);
        yield ExitCode.FAILURE;
      }
    };
  }

  private static int invalidSettings(
      InvalidSettingsException invalid, String name, PrintWriter err) {
    int count = invalid.problems().size();
    err.println(
        "%s: %s cannot be used:".formatted(name, count == 1 ? "1 setting" : count + " settings"));
    for (SettingProblem problem : invalid.problems()) {
      err.println("  " + problem.message());
    }
    invalid.warnings().forEach(warning -> err.println("  note: " + warning));
    return invalid.concernsFlag() ? ExitCode.USAGE : ExitCode.CONFIGURATION;
  }

  private static String name(CommandLine command) {
    return command.getCommandSpec().root().name();
  }
}
