package io.wideevents.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.config.SettingType;
import io.wideevents.config.SettingValue;
import io.wideevents.config.SettingsCatalogue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

class ProcessMainTest {
  private static final SettingsCatalogue<Boolean> CATALOGUE =
      SettingsCatalogue.of(
          "log-worker",
          settings -> {
            var unused =
                settings
                    .read("MQ_BATCH_SIZE", SettingType.integer(1, 10_000))
                    .flag("--batch-size")
                    .byDefault("100")
                    .means("Events in one insert.");
            SettingValue<Boolean> enabled =
                settings
                    .read("MQ_ENABLED", SettingType.bool())
                    .byDefault("true")
                    .means("Whether Kafka is used.");
            return enabled::get;
          });

  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @Test
  void writer_tellsThatTheReaderHasGone() {
    OutputStream closedPipe =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    PrintWriter writer = ProcessMain.writer(closedPipe, StandardCharsets.UTF_8);

    writer.println("한국어");

    assertThat(writer.checkError()).isTrue();
  }

  @Test
  void execute_returnsWhatTheCommandReturns() {
    assertThat(execute(() -> ExitCode.CHECK_FAILED)).isEqualTo(ExitCode.CHECK_FAILED);
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void execute_reportsUnknownFlagWithTheNearestAsUsage() {
    int exitCode = execute(() -> ExitCode.OK, "--batch-sise=3");

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString())
        .contains("log-worker: Unknown option: '--batch-sise=3'")
        .contains("--batch-size")
        .contains("See 'log-worker --help'.");
  }

  @Test
  void execute_reportsAllWrongSettingsAsConfiguration() {
    int exitCode = execute(resolving(Map.of("MQ_BATCH_SIZE", "0", "MQ_ENABLED", "si")));

    assertThat(exitCode).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(err.toString().lines())
        .containsExactly(
            "log-worker: 2 settings cannot be used:",
            "  MQ_BATCH_SIZE=0 is outside 1 to 10000 (environment); use for example 100",
            "  MQ_ENABLED=si is neither true nor false (environment); use for example true");
  }

  @Test
  void execute_reportsWrongFlagValueAsUsage() {
    int exitCode = execute(resolving(Map.of("MQ_ENABLED", "si")), "--batch-size", "many");

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("MQ_BATCH_SIZE=many").contains("MQ_ENABLED=si");
  }

  @Test
  void execute_tellsExpectedFailureInOneLine() {
    int exitCode =
        execute(
            () -> {
              throw new CommandFailedException(
                  ExitCode.UNREACHABLE, "Kafka at localhost:1 does not answer; is it running?");
            });

    assertThat(exitCode).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(err.toString().lines())
        .containsExactly("log-worker: Kafka at localhost:1 does not answer; is it running?");
  }

  @Test
  void execute_endsWithOneOnAnythingElseAndLogsWhere() {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    PrintStream stderr = System.err;
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      int exitCode =
          execute(
              () -> {
                throw new IOException("disk is gone");
              });

      assertThat(exitCode).isEqualTo(ExitCode.FAILURE);
      assertThat(log.toString(StandardCharsets.UTF_8)).contains("IOException: disk is gone");
    } finally {
      System.setErr(stderr);
    }
  }

  @Test
  void execute_reportsFailuresWithoutCommandLineAsThoseOfACommand() {
    assertThat(withoutCommandLine(() -> ExitCode.OK)).isEqualTo(ExitCode.OK);
    assertThat(err.toString()).isEmpty();

    int exitCode = withoutCommandLine(() -> resolve(Map.of("MQ_BATCH_SIZE", "0")));

    assertThat(exitCode).isEqualTo(ExitCode.CONFIGURATION);
    assertThat(err.toString().lines())
        .containsExactly(
            "log-worker: 1 setting cannot be used:",
            "  MQ_BATCH_SIZE=0 is outside 1 to 10000 (environment); use for example 100");
  }

  @Test
  void execute_printsVersionWithTheNameOfTheProcess() {
    assertThat(execute(() -> ExitCode.FAILURE, "--version")).isEqualTo(ExitCode.OK);
    assertThat(out.toString()).startsWith("log-worker ").contains("(Java ");
  }

  @Test
  void execute_explainsExitCodesInItsHelp() {
    assertThat(execute(() -> ExitCode.FAILURE, "--help")).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .contains("Usage: log-worker [OPTIONS]")
        .contains("3   a setting from the environment or a file is wrong");
  }

  private static Body resolving(Map<String, String> environment) {
    return command -> {
      SettingFlags.resolve(CATALOGUE, command, environment);
      return ExitCode.OK;
    };
  }

  @Test
  void help_listsCommandsBeforeSettings() {
    int exitCode = execute(() -> ExitCode.FAILURE, "--help");

    assertThat(exitCode).isEqualTo(ExitCode.OK);
    assertThat(out.toString())
        .containsSubsequence(
            "Usage: log-worker", "Commands:", "  show", "Exit codes:", "settings:", "--batch-size");
  }

  private static int resolve(Map<String, String> environment) {
    CATALOGUE.resolve(Map.of(), environment);
    return ExitCode.OK;
  }

  private int withoutCommandLine(Callable<Integer> process) {
    return ProcessMain.execute("log-worker", process, new PrintWriter(err, true));
  }

  private int execute(Callable<Integer> body, String... arguments) {
    return execute(command -> body.call(), arguments);
  }

  private int execute(Body body, String... arguments) {
    CommandLine command = new CommandLine(new Root(body));
    SettingFlags.add(CATALOGUE.settings(), command.getCommandSpec());
    command.setErr(new PrintWriter(err, true)).setOut(new PrintWriter(out, true));
    return ProcessMain.execute(command, ProcessMainTest.class, arguments);
  }

  /** What the command under test does. */
  private interface Body {
    int run(CommandSpec command) throws Exception;
  }

  @Command(name = "show", description = "Shows something.")
  private static final class Show {}

  @Command(
      name = "log-worker",
      mixinStandardHelpOptions = true,
      subcommands = {Show.class})
  private static final class Root implements Callable<Integer> {
    private final Body body;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Root(Body body) {
      this.body = body;
    }

    @Override
    public Integer call() throws Exception {
      return body.run(spec);
    }
  }
}
