package io.wideevents.worker.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.wideevents.process.ExitCode;
import io.wideevents.process.ProcessMain;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class OperatorFlagsTest {
  @Command(name = "log-worker")
  private static final class Root {}

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dlq list --limit -1",
        "dlq list --limit many",
        "dlq replay --max-replays=-1",
        "lag --max-lag=-1",
        "lag --max-lag=99999999999999999999"
      })
  void aCountBelowZero_isAMistakeOfUsage(String line) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = new CommandLine(new Root());
    OperatorCommands.addTo(command);
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    // If the command were accepted, it would find no broker at this address.
    int exitCode =
        ProcessMain.execute(
            command, OperatorFlagsTest.class, (line + " --brokers 127.0.0.1:1").split(" "));

    assertThat(exitCode).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString()).contains("is not a number from 0 on");
    assertThat(out.toString()).isEmpty();
  }
}
